import fc from 'fast-check';

import { isProtocolViolation } from '../../base/index.js';
import { readJson, type JsonLimits } from './json-reader.js';
import { JsonObject, type JsonKey, type JsonValue } from './json-value.js';
import { writeJson } from './json-writer.js';

/** Plain values instead of JsonObjects: keys as they are. */
type Plain = null | boolean | number | bigint | string | Plain[] | Map<unknown, Plain>;
function plain(value: JsonValue): Plain {
  if (value instanceof JsonObject) {
    return new Map([...value.entries].map(([key, one]) => [key instanceof JsonObject ? plain(key) : key, plain(one)]));
  }
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(plain) : (value as Plain);
}

const map = (...entries: [unknown, Plain][]) => new Map(entries);

function outcome(text: string | Buffer, limits?: Partial<JsonLimits>) {
  try {
    return plain(readJson(text, limits));
  } catch (error) {
    if (isProtocolViolation(error)) return 'violation';
    throw error;
  }
}

describe('readJson', () => {
  it.each<[string, Plain]>([
    ['{}', map()],
    ['[]', []],
    [' [ 1 , true , false , null , "a" ] ', [1, true, false, null, 'a']],
    ['{0:"a",1:"b"}', map([0, 'a'], [1, 'b'])],
    ['{-1:1}', map([-1, 1])],
    ['{"0":"a"}', map(['0', 'a'])],
    ['{{"brokerName":"b","queueId":0,"topic":"T"}:7}', map([map(['brokerName', 'b'], ['queueId', 0], ['topic', 'T']), 7])],
    ['{{"$ref":"$.a"}:7}', map([map(['$ref', '$.a']), 7])],
    ["{a:'x',$b_1:'y\"z',中:1}", map(['a', 'x'], ['$b_1', 'y"z'], ['中', 1])],
    ['{"a":1,}', map(['a', 1])],
    ['[1,2,]', [1, 2]],
    ['{"a":1,"a":2}', map(['a', 2])],
    ['{/* one */"a":1 // two\n}', map(['a', 1])],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\v\\0\\x41\\u4e2d\\\'"', '"\\/\b\f\n\r\t\v\0A中\''],
    ['"\\ud83d\\ude00"', '😀'],
    ['"a\u0001\n"', 'a\u0001\n'],
    ['[5L,1.5D,-0,+3,1e3,1E-2,0.0]', [5, 1.5, -0, 3, 1000, 0.01, 0]],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['{"__proto__":{"x":1},"constructor":2}', map(['__proto__', map(['x', 1])], ['constructor', 2])],
    ['\ufeff{"a":1}', map(['a', 1])],
  ])('reads %s', (text, expected) => {
    expect(outcome(text)).toEqual(expected);
    expect(outcome(Buffer.from(text))).toEqual(expected);
  });

  it.each([
    ...[
      '',
      ' ',
      '{',
      '}',
      '[',
      ']',
      '{"a"}',
      '{"a":}',
      '{"a" 1}',
      '{"a":1 "b":2}',
      '[1 2]',
      '[,]',
      '{,}',
      '"',
      '"\\',
      '"\\q"',
      '"\\u12"',
      '"\\u12g4"',
    ],
    ...['tru', 'nulll', 'undefined', '-', '+', '1-2', '1.2.3', '1e', '{}{}', '{} x', '/* a', '/a', '[1}', '{"a":1]', `${'9'.repeat(50)}`],
    ...['1e999', "'a", '{:1}', 'a', '{"a":1,,}'],
  ])('refuses %j', (text) => {
    expect(outcome(text)).toBe('violation');
  });

  it('holds its limits', () => {
    expect(outcome('[[[]]]', { depthMax: 3 })).toEqual([[[]]]);
    expect(outcome('[[[]]]', { depthMax: 2 })).toBe('violation');
    expect(outcome('{{{}:1}:1}', { depthMax: 2 })).toBe('violation');
    expect(outcome('{"a":1,"b":2}', { keysMax: 2 })).toEqual(map(['a', 1], ['b', 2]));
    expect(outcome('{"a":1,"b":2}', { keysMax: 1 })).toBe('violation');
    expect(outcome('{"a":1}', { sizeMax: 7 })).toEqual(map(['a', 1]));
    expect(outcome('{"a":1}', { sizeMax: 6 })).toBe('violation');
    expect(outcome('['.repeat(1_000_000))).toBe('violation');
    expect(outcome('{'.repeat(1_000_000))).toBe('violation');
  });

  it('agrees with JSON.parse on every JSON text', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const read = (value: unknown): Plain => {
          if (Array.isArray(value)) return value.map(read);
          if (typeof value === 'object' && value !== null) return new Map(Object.entries(value).map(([key, one]) => [key, read(one)]));
          return value as Plain;
        };
        const expected = read(JSON.parse(text));
        const found = outcome(text);
        const numbers = (value: Plain): Plain => {
          if (typeof value === 'bigint') return Number(value);
          if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, numbers(one)]));
          return Array.isArray(value) ? value.map(numbers) : value;
        };
        expect(numbers(found)).toEqual(expected);
      }),
    );
  });

  it('reads back whatever the writer wrote', () => {
    const key = fc.oneof(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger()) as fc.Arbitrary<JsonKey>;
    const { value } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'grapheme' }),
        fc.boolean(),
        fc.constant(null),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc
        .array(fc.tuple(fc.oneof(key, tie('object')), tie('value')), { maxLength: 3 })
        .map((entries) => new JsonObject(new Map(entries))),
    }));
    fc.assert(
      fc.property(value, fc.boolean(), (written, pretty) => {
        expect(plain(readJson(writeJson(written, { pretty })))).toEqual(plain(written));
      }),
    );
  });

  it('ends with a value or a typed error for any text', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      "'",
      '\\',
      'u',
      '0',
      '1',
      '-',
      '.',
      'e',
      'L',
      'null',
      'a',
      ' ',
      '/',
      '*',
      '$ref',
      '中',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        expect(outcome(parts.join(''))).toBeDefined();
      }),
      { numRuns: 3000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void outcome(Buffer.from(bytes))));
  });

  it('takes a table of many keys and a long text', () => {
    const table = readJson(`{${Array.from({ length: 200_000 }, (_, i) => `"key-${i}":${i}`).join(',')}}`);
    expect(table instanceof JsonObject && table.get('key-199999')).toBe(199_999);
    const escapes = '\\n'.repeat(1_000_000);
    expect(readJson(`"${escapes}"`)).toHaveLength(1_000_000);
  });
});
