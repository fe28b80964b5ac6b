import fc from 'fast-check';
import { boolean, defineCommand, encodeRequest, limit, offset, optional, required, string, type HeaderOf } from './command.js';
import { encodeFrame } from './frame.js';
import { RequestPrinter } from './request-printer.js';
import { VERSION } from './versions.js';

const Ask = defineCommand({
  code: 310,
  name: 'Ask',
  access: 'any',
  request: { id: required(string), at: required(offset), left: optional(limit), done: optional(boolean), note: optional(string) },
  response: {},
});

interface Given {
  readonly header: HeaderOf<(typeof Ask)['request']>;
  readonly opaque: number;
  readonly flag: number;
  readonly body: Buffer;
}

function encoded({ header, opaque, flag, body }: Given): Buffer {
  const frame = { code: Ask.code, language: 'NODE_JS', version: VERSION, opaque, flag, remark: undefined, serialization: 'JSON' } as const;
  return Buffer.concat(encodeFrame({ ...frame, ext: encodeRequest(Ask, header), body }));
}

const number = fc.oneof(fc.nat(), fc.maxSafeInteger());
const given = (texts: fc.Arbitrary<string>): fc.Arbitrary<Given> =>
  fc.record({
    header: fc.record({ id: texts, at: number, left: number, done: fc.boolean(), note: texts }, { requiredKeys: ['id', 'at'] }),
    opaque: fc.integer(),
    flag: fc.constantFrom(0, 2),
    body: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  });

describe('RequestPrinter', () => {
  const printer = new RequestPrinter('NODE_JS');
  const printed = ({ header, opaque, flag, body }: Given) => {
    const size = printer.print(Ask, { header, opaque, flag, bodySize: body.length });
    return size === 0 ? undefined : Buffer.concat([printer.bytes.subarray(0, size), body]);
  };

  it('writes the bytes that encodeFrame gives, property texts too', () => {
    const plain = fc.stringMatching(/^[ !#-[\]-~]{1,9}$/);
    const text = fc.array(fc.oneof(plain, fc.constantFrom('\u0001', '\u0002', '\u001f')), { maxLength: 9 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(given(text), (request) => {
        expect(printed(request)?.equals(encoded(request))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes the same bytes or none for any other text', () => {
    fc.assert(
      fc.property(given(fc.string({ unit: 'binary' })), (request) => {
        const bytes = printed(request);
        if (bytes !== undefined) expect(bytes.equals(encoded(request))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves what does not fit to others', () => {
    expect(printer.print(Ask, { header: { id: 'x'.repeat(5000), at: 1 }, opaque: 1, flag: 0, bodySize: 0 })).toBe(0);
  });

  it('insists on required fields', () => {
    expect(() => printer.print(Ask, { header: { id: 'x' } as never, opaque: 1, flag: 0, bodySize: 0 })).toThrow('at');
  });
});
