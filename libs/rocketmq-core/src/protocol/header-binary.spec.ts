import { ByteWriter, ProtocolViolation } from '../base/index.js';
import { defaultFrameLimits } from './frame-limits.js';
import { parseBinaryHeader } from './header-binary.js';

const parse = (header: Buffer) => parseBinaryHeader(header, defaultFrameLimits);
const start = (language = 0) => new ByteWriter().int16(34).int8(language).int16(479).int32(9).int32(1);
const withExt = (ext: Buffer, size = ext.length) => start().int32(0).int32(size).append(ext).finish();
const field = (name: string, value: string) => new ByteWriter().int16(name.length).text(name).int32(value.length).text(value).finish();

describe('the binary header of a peer', () => {
  it('is read field by field', () => {
    expect(parse(withExt(field('group', 'g')))).toEqual({
      code: 34,
      language: 'JAVA',
      version: 479,
      opaque: 9,
      flag: 1,
      remark: undefined,
      ext: new Map([['group', 'g']]),
    });
  });

  it('may name a language that nobody knows', () => {
    expect(parse(start(77).int32(0).int32(0).finish()).language).toBeUndefined();
  });

  it('takes empty strings for none', () => {
    const header = parse(withExt(Buffer.concat([field('a', ''), field('', 'b'), field('c', 'd')])));
    expect([...(header.ext ?? [])]).toEqual([['c', 'd']]);
    expect(parse(start().int32(0).int32(0).finish()).ext).toBeUndefined();
  });

  it('keeps negative codes', () => {
    expect(parse(new ByteWriter().int16(-1000).int8(0).int16(0).int32(0).int32(0).int32(0).int32(0).finish()).code).toBe(-1000);
  });

  it.each([
    ['shorter than its fixed part', Buffer.alloc(20)],
    ['negative remark length', start().int32(-1).int32(0).finish()],
    ['remark past the end', start().int32(5).int32(0).finish()],
    ['negative ext length', withExt(Buffer.alloc(0), -1)],
    ['ext past the end', withExt(field('a', 'b'), 100)],
    ['ext cut inside a field', withExt(field('a', 'b'), 5)],
    ['negative name length', withExt(new ByteWriter().int16(-1).int32(0).finish())],
    ['negative value length', withExt(new ByteWriter().int16(1).text('a').int32(-1).finish())],
    ['value past the ext fields', withExt(new ByteWriter().int16(1).text('a').int32(9).finish())],
  ])('is refused: %s', (_, header) => {
    expect(() => parse(header)).toThrow(ProtocolViolation);
  });

  it('is refused with more ext fields than allowed', () => {
    const fields = (count: number) => withExt(Buffer.concat(Array.from({ length: count }, (_, at) => field(`k${at}`, 'v'))));
    expect(parse(fields(256)).ext?.size).toBe(256);
    expect(() => parse(fields(257))).toThrow('more than 256 ext fields');
  });
});
