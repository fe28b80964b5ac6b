import { SqlFilterTable } from '../../filter/index.js';
import { ConsumerFilterTable, type SubscriptionData } from '../../protocol/index.js';
import { NodeFileSystem } from '../../runtime/index.js';
import { filterFileText } from './filter-file.js';
import { FilterTable } from './filter-table.js';

const DAY_MS = 24 * 3600 * 1000;
const settings = { maxErrorRateOfBloomFilter: 20, expectConsumerNumUseFilter: 32, filterDataCleanTimeSpan: DAY_MS };
let nowMs = 1_700_000_000_001;

const newTable = () => new FilterTable({ expressions: new SqlFilterTable(), now: () => nowMs, settings });
const sql = (topic: string, subString: string, subVersion = 1, expressionType = 'SQL92'): SubscriptionData => ({
  ...{ topic, subString, subVersion, expressionType },
  ...{ tagsSet: [], codeSet: [], classFilterMode: false },
});
const rowOf = (table: FilterTable, topic: string, group: string) =>
  table.snapshot().filterDataByTopic.get(topic)?.groupFilterData.get(group);

beforeEach(() => {
  nowMs = 1_700_000_000_001;
});

describe('FilterTable', () => {
  it('keeps what a group filters by, not what it wants by tag', () => {
    const table = newTable();
    table.register('G', [sql('T', 'a = 1'), sql('U', 'A || B', 1, 'TAG'), sql('V', '', 1)]);
    expect(table.find('T', 'G')).toMatchObject({ expression: 'a = 1', clientVersion: 1 });
    expect([table.find('U', 'G'), table.find('V', 'G'), table.find('T', 'H')]).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['an older version', sql('T', 'a = 2', 4), { expression: 'a = 1', clientVersion: 5 }],
    ['another expression of the same version', sql('T', 'a = 2', 5), { expression: 'a = 1', clientVersion: 5 }],
    ['the same expression in a newer version', sql('T', 'a = 1', 6), { expression: 'a = 1', clientVersion: 6 }],
    ['a newer version', sql('T', 'a = 2', 6), { expression: 'a = 2', clientVersion: 6 }],
  ])('given %s', (_, newer, expected) => {
    const table = newTable();
    table.register('G', [sql('T', 'a = 1', 5)]);
    table.register('G', [newer]);
    expect(table.find('T', 'G')).toMatchObject(expected);
  });

  it.each([
    ['that cannot be read', sql('T', 'a =', 6)],
    ['of a type that is not known', sql('T', 'a = 2', 6, 'XPATH')],
  ])('takes the older expression away for a newer one %s', (_, subscription) => {
    const table = newTable();
    table.register('G', [sql('T', 'a = 1', 5)]);
    table.register('G', [subscription]);
    expect(table.find('T', 'G')).toBeUndefined();
  });

  it('marks as dead what its group no longer has, and revives it', () => {
    const table = newTable();
    table.register('G', [sql('T', 'a = 1'), sql('U', 'a = 1')]);
    nowMs += 5;
    table.register('G', [sql('T', 'a = 1')]);
    expect(rowOf(table, 'U', 'G')).toMatchObject({ dead: true, deadTime: nowMs });
    expect(rowOf(table, 'T', 'G')).toMatchObject({ dead: false, deadTime: 0 });
    table.register('G', [sql('T', 'a = 1'), sql('U', 'a = 1')]);
    expect(rowOf(table, 'U', 'G')).toMatchObject({ dead: false, deadTime: 0 });
  });

  it('forgets the dead after a day, and topics without any', () => {
    const table = newTable();
    table.register('G', [sql('T', 'a = 1')]);
    table.unregister('G');
    nowMs += DAY_MS - 1;
    table.dropDead();
    expect(table.find('T', 'G')).toBeDefined();
    nowMs += 1;
    table.dropDead();
    expect(table.snapshot().filterDataByTopic.size).toBe(0);
  });

  it('counts changes, and nothing else', () => {
    const table = newTable();
    const steps = [
      () => table.register('G', [sql('T', 'a = 1')]),
      () => table.register('G', [sql('T', 'a = 1')]),
      () => table.unregister('G'),
      () => table.unregister('G'),
      () => table.dropDead(),
    ];
    const counts = steps.map((step) => {
      step();
      return table.changes;
    });
    expect(counts).toEqual([1, 1, 2, 2, 2]);
  });

  it('writes what Apache writes', () => {
    const table = newTable();
    table.register('group-中', [sql('orders', "a > 1 AND b = 'x/y'", 1_700_000_000_000)]);
    const row = rowOf(table, 'orders', 'group-中');
    expect(row).toEqual({
      bloomFilterData: { bitNum: 112, bitPos: [90, 22, 103] },
      bornTime: 1_700_000_000_001,
      clientVersion: 1_700_000_000_000,
      consumerGroup: 'group-中',
      dead: false,
      deadTime: 0,
      expression: "a > 1 AND b = 'x/y'",
      expressionType: 'SQL92',
      topic: 'orders',
    });
    const golden =
      new NodeFileSystem().readFileSync('libs/rocketmq-core/test/golden/5.5.0/files/config/consumerFilter.json')?.toString() ?? '';
    expect(filterFileText(table.snapshot())).toBe(golden);
    expect(ConsumerFilterTable.decode(golden)).toEqual(table.snapshot());
  });

  it('takes everybody for gone when it is read back, and leaves out what it cannot compile', () => {
    const before = newTable();
    before.register('G', [sql('T', 'a = 1', 7)]);
    const row = rowOf(before, 'T', 'G');
    if (row === undefined) throw new Error('no row');
    const groupFilterData = new Map([
      ['G', row],
      ['H', { ...row, consumerGroup: 'H', expression: "a LIKE 'x'" }],
    ]);
    const saved = { filterDataByTopic: new Map([['T', { topic: 'T', groupFilterData }]]) };
    nowMs += 60_000;
    const after = newTable();
    expect(after.restore(saved)).toBe(1);
    expect(rowOf(after, 'T', 'G')).toMatchObject({ clientVersion: 7, deadTime: nowMs - 30_000, dead: true });
    expect(after.find('T', 'H')).toBeUndefined();
    expect(after.changes).toBe(1);
  });
});
