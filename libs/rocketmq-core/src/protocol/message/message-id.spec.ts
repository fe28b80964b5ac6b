import { birthTimeOf, offsetMessageId, parseOffsetMessageId, parseUniqueId, UniqueIdGenerator } from './message-id.js';

const v4 = { ip: Buffer.from([127, 0, 0, 1]), port: 10911 };
const v6 = { ip: Buffer.from('20010db8000000000000000000000001', 'hex'), port: 10911 };

describe('offset id', () => {
  it('is the host and the physical offset in upper-case hex', () => {
    expect(offsetMessageId(v4, 0x1234abcd)).toBe('7F00000100002A9F000000001234ABCD');
    expect(offsetMessageId(v6, 2 ** 40)).toBe('20010DB800000000000000000000000100002A9F0000010000000000');
  });

  it('is read back', () => {
    for (const host of [v4, v6]) {
      expect(parseOffsetMessageId(offsetMessageId(host, Number.MAX_SAFE_INTEGER))).toEqual({
        host,
        physicalOffset: Number.MAX_SAFE_INTEGER,
      });
    }
    expect(parseOffsetMessageId('7f00000100002a9f000000001234abcd')).toEqual({ host: v4, physicalOffset: 0x1234abcd });
  });

  it.each(['', '7F', 'Z'.repeat(32), 'F'.repeat(32), '0'.repeat(33), '7F000001FFFFFFFF0000000000000000'])('is refused: %j', (text) => {
    expect(parseOffsetMessageId(text)).toBeUndefined();
  });
});

describe('unique id', () => {
  const monthStart = new Date(2024, 0, 1).getTime();
  const source = { ip: Buffer.from([10, 1, 2, 3]), pid: 0x12345, salt: 0x0a0b0c0d };

  it('counts from the month in local time', () => {
    const ids = new UniqueIdGenerator(source, () => monthStart + 0x1000);
    expect(ids.next()).toBe('0A01020323450A0B0C0D000010000000');
    expect(ids.next()).toBe('0A01020323450A0B0C0D000010000001');
  });

  it('is 56 characters long with IPv6', () => {
    const ids = new UniqueIdGenerator({ ...source, ip: v6.ip, salt: -1 }, () => monthStart);
    const id = ids.next();
    expect(id).toHaveLength(56);
    expect(parseUniqueId(id)).toEqual({ ip: v6.ip, pid: 0x2345, salt: -1, sinceMonthStartMs: 0, counter: 0 });
  });

  it('starts again when the month changes, and bears a clock that steps back', () => {
    let now = new Date(2024, 0, 31, 23, 59, 59, 999).getTime();
    const ids = new UniqueIdGenerator(source, () => now);
    expect(parseUniqueId(ids.next())?.sinceMonthStartMs).toBe(31 * 86_400_000 - 1);
    now += 1;
    expect(parseUniqueId(ids.next())?.sinceMonthStartMs).toBe(0);
    now -= 500;
    expect(parseUniqueId(ids.next())?.sinceMonthStartMs).toBe(0);
  });

  it('repeats its counter only after 65536 ids', () => {
    const ids = new UniqueIdGenerator(source, () => monthStart);
    const made = new Set<string>();
    for (let i = 0; i < 65536; i++) made.add(ids.next());
    expect(made.size).toBe(65536);
    expect(made.has(ids.next())).toBe(true);
  });

  it('tells its birth time within a month', () => {
    const parts = (sinceMonthStartMs: number) => ({ ...source, sinceMonthStartMs, counter: 0 });
    const now = monthStart + 5000;
    expect(birthTimeOf(parts(4000), now)).toBe(monthStart + 4000);
    expect(birthTimeOf(parts(6000), now)).toBe(new Date(2023, 11, 1).getTime() + 6000);
  });

  it('is refused when it is none', () => {
    expect(parseUniqueId('hello')).toBeUndefined();
  });
});
