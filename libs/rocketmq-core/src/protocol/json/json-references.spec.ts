import { readJson } from './json-reader.js';
import { followReferences } from './json-references.js';
import { writeJson } from './json-writer.js';

const followed = (text: string) => writeJson(followReferences(readJson(text)));

describe('references', () => {
  it.each([
    ['{"a":{"x":1},"b":{"$ref":"$.a"}}', '{"a":{"x":1},"b":{"x":1}}'],
    ['{"a":[{"x":1}],"b":{"$ref":"$.a[0]"}}', '{"a":[{"x":1}],"b":{"x":1}}'],
    ['{"a":{0:"x"},"b":{"$ref":"$.a.0"}}', '{"a":{0:"x"},"b":"x"}'],
    ['{"a":{"x-1":2},"b":{"$ref":"$.a.x\\\\-1"}}', '{"a":{"x-1":2},"b":2}'],
    ['[{"x":1},{"$ref":"$[0]"}]', '[{"x":1},{"x":1}]'],
  ])('are followed in %s', (text, expected) => {
    expect(followed(text)).toBe(expected);
  });

  it.each([
    '{"a":{"$ref":"$.b"}}',
    '{"a":{"$ref":"$"}}',
    '{"a":{"$ref":".."}}',
    '{"a":{"$ref":5}}',
    '{{"$ref":"$.a.null"}:7}',
    '{"a":{"$ref":"$.a"}}',
  ])('stay where they lead nowhere: %s', (text) => {
    expect(followed(text)).toBe(writeJson(readJson(text)));
  });

  it('are followed a few times only', () => {
    const copies = Array.from({ length: 100 }, () => '{"$ref":"$[0]"}').join(',');
    const text = followed(`[{"big":1},${copies}]`);
    expect(text.split('"big"').length - 1).toBe(17);
    expect(text.split('"$ref"').length - 1).toBe(84);
  });
});
