import { bool, choice, int, parseSettings, printSettings, text } from './config-schema.js';

const table = {
  listenPort: int(10911, 'Port.', { min: 0, max: 65535 }),
  flushDiskType: choice(['ASYNC_FLUSH', 'SYNC_FLUSH'], 'ASYNC_FLUSH', 'When an append is answered.'),
  autoCreateTopicEnable: bool(true, 'Whether a send creates its topic.'),
  brokerName: text('broker-a', 'Name.'),
};

describe('settings', () => {
  it('fall back to the declared values', () => {
    expect(parseSettings(table, new Map()).values).toEqual({
      listenPort: 10911,
      flushDiskType: 'ASYNC_FLUSH',
      autoCreateTopicEnable: true,
      brokerName: 'broker-a',
    });
  });

  it('report unknown keys, also those of the object prototype, and refuse bad values one by one', () => {
    const parsed = parseSettings(
      table,
      new Map([
        ['listenPort', '70000'],
        ['flushDiskType', 'sometimes'],
        ['autoCreateTopicEnable', 'FALSE'],
        ['constructor', 'x'],
        ['rocksdbX', '1'],
      ]),
    );
    expect(parsed.unknown).toEqual(['constructor', 'rocksdbX']);
    expect(parsed.problems).toEqual([
      'listenPort=70000 is refused: a whole number from 0 to 65535 is expected',
      'flushDiskType=sometimes is refused: one of ASYNC_FLUSH, SYNC_FLUSH is expected',
    ]);
    expect(parsed.values.autoCreateTopicEnable).toBe(false);
    expect(parsed.values.listenPort).toBe(10911);
  });

  it('print what they parse', () => {
    const { values } = parseSettings(table, new Map([['listenPort', '1']]));
    expect(parseSettings(table, new Map(printSettings(table, values))).values).toEqual(values);
  });
});
