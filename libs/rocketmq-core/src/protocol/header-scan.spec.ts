import fc from 'fast-check';
import type { FrameHeader } from './frame-header.js';
import { defaultFrameLimits } from './frame-limits.js';
import { parseJsonHeader, printJsonHeader } from './header-json.js';
import { HeaderMemory } from './header-memory.js';
import { scanJsonHeader } from './header-scan.js';
import { ScannedExt } from './scanned-ext.js';

function scan(text: string | Buffer, limits = defaultFrameLimits): FrameHeader | undefined {
  const bytes = Buffer.concat([Buffer.from('before'), Buffer.from(text), Buffer.from('after')]);
  return scanJsonHeader(bytes, [6, bytes.length - 5], limits);
}

// The parser takes names that look like numbers out of their order.
const plain = (header: FrameHeader | undefined) => header && { ...header, ext: header.ext && [...header.ext].sort() };
const typical =
  '{"code":310,"extFields":{"a":"group","b":"topic","e":"2","i":"KEYS\\u0001k\\u0002"},"flag":0,"language":"JAVA","opaque":-7,"remark":"r","serializeTypeCurrentRPC":"JSON","version":515}';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ maxLength: 20 }));
const name = fc.oneof(fc.string({ minLength: 1, maxLength: 3 }), fc.constantFrom('a', 'b', 'topic', '__proto__', 'constructor', 'é'));
const headers = fc.record({
  code: int32,
  language: fc.constantFrom('JAVA', 'NODE_JS', undefined),
  version: int32,
  opaque: int32,
  flag: int32,
  remark: fc.option(text, { nil: undefined }),
  ext: fc.option(
    fc.array(fc.tuple(name, text), { maxLength: 8 }).map((pairs) => new Map(pairs)),
    { nil: undefined },
  ),
});

describe('scanJsonHeader', () => {
  it('reads what Java writes', () => {
    const header = scan(typical);
    expect(plain(header)).toEqual(plain(parseJsonHeader(typical, defaultFrameLimits)));
    expect(header?.ext).toBeInstanceOf(ScannedExt);
  });

  it('says of every header what the parser says, or nothing', () => {
    fc.assert(
      fc.property(headers, (header) => {
        const printed = printJsonHeader(header);
        const scanned = plain(scan(printed));
        if (scanned !== undefined) expect(scanned).toEqual(plain(parseJsonHeader(printed, defaultFrameLimits)));
      }),
      { numRuns: 2000 },
    );
  });

  it('never says more than the parser of damaged headers', () => {
    const bytes = Buffer.from(typical);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = byte;
        const scanned = plain(scan(damaged));
        if (scanned !== undefined) expect(scanned).toEqual(plain(parseJsonHeader(damaged.toString('utf8'), defaultFrameLimits)));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['spaces', '{"code": 1}'],
    ['a name that is nobody’s', '{"cole":1}'],
    ['a number as an ext value', '{"extFields":{"a":1}}'],
    ['null', '{"remark":null}'],
    ['a fraction', '{"code":1.5}'],
    ['a leading zero', '{"code":01}'],
    ['a number beyond int32', '{"code":2147483648}'],
    ['a name twice', '{"extFields":{"ab":"1","ab":"2"}}'],
    ['an escape that is none', '{"extFields":{"a":"\\x"}}'],
    ['half an escape', '{"extFields":{"a":"\\u00g0"}}'],
    ['a control character', '{"extFields":{"a":"\u0001"}}'],
    ['something behind it', '{"code":1} '],
    ['no end', '{"code":1'],
    ['nothing', ''],
  ])('leaves %s to the parser', (_, header) => {
    expect(scan(header)).toBeUndefined();
  });

  it('leaves more fields than are allowed to the parser', () => {
    expect(scan('{"extFields":{"a":"1","b":"2"}}', { ...defaultFrameLimits, extFieldsMax: 1 })).toBeUndefined();
  });
});

describe('headers of one connection', () => {
  const reading = (memory: HeaderMemory, bytes: Buffer) => plain(scanJsonHeader(bytes, [0, bytes.length], defaultFrameLimits, memory));
  const parsed = (bytes: Buffer) => plain(parseJsonHeader(bytes.toString('utf8'), defaultFrameLimits));
  const repeated = typical.replace('"opaque":-7,"remark":"r"', '"opaque":107');
  const learned = (text = repeated) => {
    const memory = new HeaderMemory();
    for (let i = 0; i < 3; i += 1) reading(memory, Buffer.from(text));
    return memory;
  };
  const many = `{"extFields":{${Array.from({ length: 32 }, (_, i) => `"n${i}":"1"`).join()}}}`;
  const known = (memory: HeaderMemory, text: string, before = 'xy') => {
    const bytes = Buffer.from(before + text);
    return memory.stencils.find(bytes, before.length, bytes.length, memory.texts);
  };

  it('are known again with other values of the same length, wherever they lie', () => {
    const next = repeated.replace('"2"', '"3"').replace('KEYS\\u0001k', 'KEYS\\u0001q').replace('107', '999');
    expect(plain(known(learned(), next))).toEqual(plain(parseJsonHeader(next, defaultFrameLimits)));
  });

  it.each([
    ['before it has come twice', () => new HeaderMemory(), repeated],
    ['of another length', learned, repeated.replace('107', '1070')],
    ['with another code', learned, repeated.replace('310', '311')],
    ['with another name', learned, repeated.replace('"e"', '"f"')],
    ['with a quote in a value', learned, repeated.replace('topic', 'to"ic')],
    ['with an escape in a value', learned, repeated.replace('topic', 'to\\nc')],
    ['with another escape', learned, repeated.replace('\\u0001', '\\u0003')],
    ['with a character beyond ASCII', learned, repeated.replace('topic', 'topé')],
    ['with an opaque that is no number', learned, repeated.replace('107', '1.7')],
    ['with an opaque that begins with 0', learned, repeated.replace('107', '007')],
    ['with an opaque beyond int32', () => learned(repeated.replace('107', '1000000000')), repeated.replace('107', '3000000000')],
    ['with a negative opaque', () => learned(repeated.replace('107', '-10')), repeated.replace('107', '-10')],
    ['with more fields than a number has bits', () => learned(many), many],
    ['with a remark', () => learned(typical), typical],
    ['of a kilobyte', () => learned(repeated.replace('group', 'g'.repeat(1000))), repeated.replace('group', 'g'.repeat(1000))],
  ])('are not known %s', (_, memory, header) => {
    expect(known(memory(), header)).toBeUndefined();
  });

  it('never say more than the parser when they are damaged', () => {
    const memory = learned();
    const bytes = Buffer.from(repeated);
    for (let at = 0; at < bytes.length; at += 1) {
      for (let byte = 0; byte < 256; byte += 1) {
        const damaged = Buffer.from(bytes);
        damaged[at] = byte;
        const found = plain(memory.stencils.find(damaged, 0, damaged.length, memory.texts));
        if (found !== undefined) expect(found).toEqual(parsed(damaged));
      }
    }
  });

  it('say of every header what the parser says, or nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(headers, fc.integer({ min: 1, max: 4 }), fc.nat(), fc.nat(255)), { maxLength: 6 }), (row) => {
        const memory = new HeaderMemory();
        for (const [header, times, at, byte] of row) {
          const printed = Buffer.from(printJsonHeader(header));
          for (let i = 0; i < times; i += 1) {
            const found = reading(memory, Buffer.from(printed));
            if (found !== undefined) expect(found).toEqual(parsed(printed));
          }
          printed[at % printed.length] = byte;
          const found = reading(memory, printed);
          if (found !== undefined) expect(found).toEqual(parsed(printed));
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('ScannedExt', () => {
  const ext = () => scan(typical)?.ext as ScannedExt;

  it('finds fields in any order, and again', () => {
    const fields = ext();
    expect(['i', 'a', 'e', 'b', 'e', 'z', 'a'].map((one) => fields.get(one))).toEqual([
      'KEYS\u0001k\u0002',
      'group',
      '2',
      'topic',
      '2',
      undefined,
      'group',
    ]);
  });

  it('needs the received bytes no more once it is detached', () => {
    const bytes = Buffer.from(typical);
    const fields = scanJsonHeader(bytes, [0, bytes.length], defaultFrameLimits)?.ext as ScannedExt;
    fields.detach();
    bytes.fill(0);
    expect(Object.fromEntries(fields)).toEqual({ a: 'group', b: 'topic', e: '2', i: 'KEYS\u0001k\u0002' });
    expect([fields.get('b'), fields.has('z'), fields.size]).toEqual(['topic', false, 4]);
  });
});
