import fc from 'fast-check';
import { AnswerPrinter } from './answer-printer.js';
import { defineCommand, encodeAnswer, boolean, limit, offset, optional, required, string, type HeaderOf } from './command.js';
import { encodeFrame, FrameFlag } from './frame.js';
import { VERSION } from './versions.js';

const Ask = defineCommand({
  code: 1,
  name: 'Ask',
  access: 'any',
  request: {},
  response: { id: required(string), at: required(offset), left: optional(limit), done: optional(boolean), note: optional(string) },
});
type Header = HeaderOf<(typeof Ask)['response']>;

interface Given {
  readonly code: number;
  readonly opaque: number;
  readonly header: Header;
  readonly ext: ReadonlyMap<string, string> | undefined;
}

function encoded({ code, opaque, header, ext }: Given): Buffer {
  const all = new Map([...encodeAnswer(Ask, header), ...(ext ?? [])]);
  const frame = { code, opaque, ext: all, language: 'NODE_JS', version: VERSION, flag: FrameFlag.RESPONSE };
  return Buffer.concat(encodeFrame({ ...frame, remark: undefined, body: undefined, serialization: 'JSON' }));
}

const plainText = fc.stringMatching(/^[ !#-[\]-~]{0,40}$/);
const number = fc.oneof(fc.nat(), fc.maxSafeInteger());
const given = (texts: fc.Arbitrary<string>): fc.Arbitrary<Given> =>
  fc.record({
    code: fc.integer(),
    opaque: fc.integer(),
    header: fc.record({ id: texts, at: number, left: number, done: fc.boolean(), note: texts }, { requiredKeys: ['id', 'at'] }),
    ext: fc.option(
      fc.array(fc.tuple(fc.constantFrom('MSG_REGION', 'TRACE_ON', 'note'), texts)).map((pairs) => new Map(pairs)),
      { nil: undefined },
    ),
  });

describe('AnswerPrinter', () => {
  const printer = new AnswerPrinter('NODE_JS');

  it('writes the bytes that encodeFrame gives', () => {
    fc.assert(
      fc.property(given(plainText), (answer) => {
        const size = printer.print(Ask, answer);
        const isTwice = answer.header.note !== undefined && answer.ext?.has('note') === true;
        expect(size > 0).toBe(!isTwice);
        if (size > 0) expect(printer.bytes.subarray(0, size).equals(encoded(answer))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('writes answers that differ little from the one before', () => {
    const ext = new Map([['MSG_REGION', 'r']]);
    const few = <T>(...values: T[]) => fc.constantFrom(...values);
    const header = fc.record(
      { id: few('a', 'b', 'ab'), at: few(1, 2, 10), left: few(1, 9), note: few('', 'n', '"') },
      { requiredKeys: ['id', 'at'] },
    );
    const answers = fc.record({ code: few(0, 1, 10), opaque: few(1, 2, -1, 99), header, ext: few(ext, undefined) });
    fc.assert(
      fc.property(fc.array(answers, { minLength: 2, maxLength: 20 }), (row) => {
        for (const answer of row) {
          const size = printer.print(Ask, answer);
          expect(size > 0).toBe(answer.header.note !== '"');
          if (size > 0) expect(printer.bytes.subarray(0, size).equals(encoded(answer))).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves alone what needs an escape, and is right about everything else', () => {
    fc.assert(
      fc.property(given(fc.string({ unit: 'binary', maxLength: 10 })), (answer) => {
        const size = printer.print(Ask, answer);
        if (size > 0) expect(printer.bytes.subarray(0, size).equals(encoded(answer))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Partial<Given>]>([
    ['a quote', { header: { id: 'a"b', at: 1 } }],
    ['a character beyond ASCII', { header: { id: 'é', at: 1 } }],
    ['more than its memory holds', { header: { id: 'x'.repeat(5000), at: 1 } }],
    ['a field that the row has too', { header: { id: 'a', at: 1, note: 'b' }, ext: new Map([['note', 'twice']]) }],
  ])('leaves an answer with %s to the encoder', (_, more) => {
    expect(printer.print(Ask, { code: 0, opaque: 1, header: { id: 'a', at: 1 }, ext: undefined, ...more })).toBe(0);
  });

  it('refuses an answer without a required field', () => {
    const header = { id: 'a' } as unknown as Header;
    expect(() => printer.print(Ask, { code: 0, opaque: 1, header, ext: undefined })).toThrow('required header field at');
  });
});
