import fc from 'fast-check';
import { decodeRequest } from '../command.js';
import { defaultFrameLimits } from '../frame-limits.js';
import { printJsonHeader } from '../header-json.js';
import { HeaderMemory } from '../header-memory.js';
import { scanJsonHeader } from '../header-scan.js';
import { ScannedExt } from '../scanned-ext.js';
import { SendMessageV2 } from './messaging.js';

function scanned(ext: ReadonlyMap<string, string>, memory = new HeaderMemory()) {
  const bytes = Buffer.from(printJsonHeader({ code: 310, language: 'JAVA', version: 0, opaque: 1, flag: 0, remark: undefined, ext }));
  // What the scanner leaves alone is parsed.
  const header = scanJsonHeader(bytes, [0, bytes.length], defaultFrameLimits, memory);
  return header === undefined ? ext : header.ext;
}

/** The header; the family of the error when there is none: of several malformed fields either may be named. */
function outcome(ext: ReadonlyMap<string, string> | undefined): unknown {
  try {
    return decodeRequest(SendMessageV2, ext);
  } catch (error) {
    return (error as Error).name;
  }
}

const texts = fc.oneof(
  fc.constantFrom('true', 'false', 'TRUE', '', '-1', '2147483648', '9223372036854775807', '1e3', 'UNIQ_KEY\u0001K\u0002'),
  fc.nat().map(String),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const names = fc.oneof(fc.constantFrom(...'abcdefghijklmn'), fc.constantFrom('lo', 'ns', 'nsd', 'topic', 'z', '`', 'é'));

describe('a scanned send', () => {
  it('says what its fields by name say, or is refused like them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, texts), { maxLength: 14 }), (pairs) => {
        const ext = new Map(pairs);
        expect(outcome(scanned(ext))).toEqual(outcome(ext));
      }),
      { numRuns: 3000 },
    );
  });

  it('says the same on a connection that has brought headers like it', () => {
    const values = fc.constantFrom('1', '7', 'x', '-', '10', 'ab', '\u0001', 'true', 'TRUE', 'fals', '1732222222222', '1732222222999');
    const sends = fc.record(
      { a: values, b: values, e: values, g: values, k: values, i: values, z: values },
      { requiredKeys: ['b', 'e', 'i'] },
    );
    fc.assert(
      fc.property(fc.array(sends, { maxLength: 3 }), fc.array(sends, { maxLength: 12 }), (repeated, others) => {
        const memory = new HeaderMemory();
        for (const send of [...repeated, ...repeated, ...repeated, ...others]) {
          for (let i = 0; i < 3; i += 1) {
            const ext = new Map(Object.entries(send));
            expect(outcome(scanned(ext, memory))).toEqual(outcome(ext));
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads what differs from a header like it, whatever that one was', () => {
    const first = new Map(Object.entries({ b: 'T', e: 'x', i: 'A\u0001b\u0002' }));
    const next = new Map(Object.entries({ b: 'T', e: '3', i: 'A\u0001c\u0002' }));
    for (const [pattern, ext] of [
      [first, next],
      [next, first],
      [next, new Map([...next, ['b', 'U']])],
    ] as const) {
      const memory = new HeaderMemory();
      for (let i = 0; i < 3; i += 1) scanned(pattern, memory);
      const known = scanned(ext, memory);
      expect(known instanceof ScannedExt && known.pattern !== undefined).toBe(true);
      expect(outcome(known)).toEqual(outcome(ext));
    }
  });

  it('says the same after its bytes were let go', () => {
    const ext = new Map(Object.entries({ b: 'T', e: '3' }));
    const kept = scanned(ext);
    expect([...(kept?.keys() ?? [])]).toEqual(['b', 'e']);
    expect(outcome(kept)).toEqual(outcome(ext));
  });
});
