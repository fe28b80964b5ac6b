import { OffsetTable } from './offset-table.js';

const position = (queueId: number, group = 'G', topic = 'T') => ({ group, topic, queueId });

describe('OffsetTable', () => {
  it('knows what was committed and says -1 for the rest', () => {
    const table = new OffsetTable(() => 1);
    table.commit(position(0), 12);
    expect(table.query(position(0))).toBe(12);
    expect(table.query(position(1))).toBe(-1);
    expect(table.query(position(0, 'H'))).toBe(-1);
  });

  it('lets a commit go back', () => {
    const table = new OffsetTable(() => 1);
    table.commit(position(0), 12);
    table.commit(position(0), 3);
    expect(table.query(position(0))).toBe(3);
  });

  it('falls back from what was pulled to what was committed', () => {
    const table = new OffsetTable(() => 1);
    expect(table.queryPulled(position(0))).toBe(-1);
    table.commit(position(0), 4);
    expect(table.queryPulled(position(0))).toBe(4);
    table.notePulled(position(0), 9);
    expect(table.queryPulled(position(0))).toBe(9);
    expect(table.query(position(0))).toBe(4);
  });

  it('answers by topic and by group', () => {
    const table = new OffsetTable(() => 1);
    table.commit(position(0, 'G', 'T'), 1);
    table.commit(position(0, 'G', 'U'), 1);
    table.commit(position(0, 'H', 'T'), 1);
    expect(table.topicsOf('G')).toEqual(['T', 'U']);
    expect(table.groupsOf('T')).toEqual(['G', 'H']);
    table.removeTopic('T');
    expect(table.groupsOf('T')).toEqual([]);
    table.removeGroup('G');
    expect(table.pairs()).toEqual([]);
  });

  it('removes pulled offsets with the committed ones', () => {
    const table = new OffsetTable(() => 1);
    table.commit(position(0), 1);
    table.notePulled(position(0), 5);
    table.removeTopic('T');
    expect(table.queryPulled(position(0))).toBe(-1);
  });

  it('moves its version every 500 commits and restores what it gave away', () => {
    const table = new OffsetTable(() => 77);
    for (let i = 1; i <= 500; i++) table.commit(position(0), i);
    const { dataVersion } = table.snapshot();
    expect(dataVersion).toEqual({ stateVersion: 0, timestamp: 77, counter: 1 });
    const other = new OffsetTable(() => 1);
    other.restore(table.snapshot());
    other.commit(position(0), 7);
    expect(table.query(position(0))).toBe(500);
    expect(other.snapshot().dataVersion).toEqual(dataVersion);
  });

  it('hands a reset out once, and forgets it with its topic or group', () => {
    const table = new OffsetTable(() => 0);
    const place = { group: 'G', topic: 'T', queueId: 1 };
    table.commit(place, 9);
    table.reset(place, 2);
    expect([table.query(place), table.isReset(place)]).toEqual([2, true]);
    expect(table.takeReset({ ...place, queueId: 0 })).toBeUndefined();
    expect([table.takeReset(place), table.takeReset(place)]).toEqual([2, undefined]);
    table.reset(place, 3);
    table.removeGroup('G');
    expect([table.isReset(place), table.query(place)]).toEqual([false, -1]);
    table.reset(place, 3);
    table.removeTopic('T');
    expect(table.isReset(place)).toBe(false);
  });

  it('copies offsets that go their own way afterwards', () => {
    const table = new OffsetTable(() => 0);
    const place = { group: 'G', topic: 'T', queueId: 0 };
    expect(table.clone('T', 'G', 'H')).toBe(false);
    table.commit(place, 5);
    const before = table.changes;
    expect(table.clone('T', 'G', 'H')).toBe(true);
    expect(table.changes).toBeGreaterThan(before);
    table.commit(place, 6);
    expect(table.query({ ...place, group: 'H' })).toBe(5);
  });
});
