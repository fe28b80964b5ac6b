import { parseProperties, printProperties } from '../../protocol/index.js';
import { asksForMore, propertyStamper } from './property-text.js';

const stamp = propertyStamper({
  fixed: new Map([
    ['MSG_REGION', 'R'],
    ['TRACE_ON', 'true'],
    ['CLUSTER', 'C'],
  ]),
  newUniqueKey: () => 'NEW',
});
const textOf = (properties: Record<string, string>) => printProperties(new Map(Object.entries(properties)));
const stored = (text: string) => Object.fromEntries(parseProperties(stamp(text).stored));

describe('the stored property text', () => {
  it('is the client’s with region, trace and cluster behind it', () => {
    const text = textOf({ UNIQ_KEY: 'U', TAGS: 'a' });
    expect(stamp(text).stored).toBe(`${text}MSG_REGION\u0001R\u0002TRACE_ON\u0001true\u0002CLUSTER\u0001C\u0002`);
  });

  it('gets a unique key only when it has none', () => {
    expect(stamp(textOf({ TAGS: 'a' })).uniqueKey).toBe('NEW');
    expect(stored(textOf({ TAGS: 'a' }))).toMatchObject({ UNIQ_KEY: 'NEW', TAGS: 'a' });
    expect(stamp(textOf({ UNIQ_KEY: 'U' })).uniqueKey).toBe('U');
    expect(stored('')).toEqual({ UNIQ_KEY: 'NEW', MSG_REGION: 'R', TRACE_ON: 'true', CLUSTER: 'C' });
  });

  it('never keeps what only the broker may say', () => {
    const text = textOf({ POP_CK: 'x', UNIQ_KEY: 'U', MSG_REGION: 'mine', TRACE_ON: 'false', CLUSTER: 'mine', a: 'b' });
    expect(stored(text)).toEqual({ UNIQ_KEY: 'U', a: 'b', MSG_REGION: 'R', TRACE_ON: 'true', CLUSTER: 'C' });
  });

  it('survives a text without its last separator and drops items that are no properties', () => {
    expect(stored('UNIQ_KEY\u0001U')).toMatchObject({ UNIQ_KEY: 'U', CLUSTER: 'C' });
    expect(stored('junk\u0002a\u0001b\u0002\u0001x\u0002')).toEqual({
      a: 'b',
      UNIQ_KEY: 'NEW',
      MSG_REGION: 'R',
      TRACE_ON: 'true',
      CLUSTER: 'C',
    });
  });
});

describe('what properties ask for', () => {
  it('waits for the store unless WAIT is something else than true', () => {
    expect(stamp('').waitForStore).toBe(true);
    expect(stamp(textOf({ WAIT: 'TRUE' })).waitForStore).toBe(true);
    expect(stamp(textOf({ WAIT: 'false' })).waitForStore).toBe(false);
  });

  it.each([
    [{ DELAY: '3' }, true],
    [{ DELAY: '0' }, false],
    [{ TIMER_DELAY_SEC: '1' }, true],
    [{ TIMER_DELAY_MS: '1' }, true],
    [{ TIMER_DELIVER_MS: '1' }, true],
    [{ TIMER_DEL_UNIQKEY: 'x' }, true],
    [{ DELAYED: '3' }, false],
    [{ KEYS: 'DELAY' }, false],
  ])('%j: delayed %s', (properties, delayed) => {
    const text = textOf({ ...properties, UNIQ_KEY: 'U' });
    expect(stamp(text).delayed).toBe(delayed);
    expect(asksForMore(text)).toBe(delayed);
  });

  it('knows a half message', () => {
    expect(stamp(textOf({ TRAN_MSG: 'true' })).transactional).toBe(true);
    expect(stamp(textOf({ TRAN_MSG: 'false' })).transactional).toBe(false);
    expect(asksForMore(textOf({ TRAN_MSG: 'true' }))).toBe(true);
  });

  it('takes a priority from messages that are not ordered, delayed or transactional', () => {
    expect(stamp(textOf({ _SYS_MSG_PRIORITY_: '2' })).priority).toBe(2);
    expect(stamp(textOf({ _SYS_MSG_PRIORITY_: '-1' })).priority).toBeUndefined();
    expect(stamp(textOf({ _SYS_MSG_PRIORITY_: '2', __SHARDINGKEY: 'k' })).priority).toBeUndefined();
    expect(stamp('').priority).toBeUndefined();
  });
});
