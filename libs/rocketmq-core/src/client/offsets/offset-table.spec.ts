import { OffsetTable } from './offset-table.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const sameQueue = { ...queue };
const other = { topic: 'T', brokerName: 'b', queueId: 1 };

describe('OffsetTable', () => {
  it('advances and never goes back', () => {
    const table = new OffsetTable();
    table.advance(queue, 5);
    table.advance(sameQueue, 3);
    expect(table.read(queue)).toBe(5);
    table.advance(queue, 6);
    expect(table.read(sameQueue)).toBe(6);
  });

  it('can be set to a smaller offset', () => {
    const table = new OffsetTable();
    table.advance(queue, 5);
    table.set(sameQueue, 2);
    expect(table.all).toEqual([{ queue, offset: 2 }]);
  });

  it('keeps queues apart and forgets removed ones', () => {
    const table = new OffsetTable();
    table.set(queue, 1);
    table.set(other, 2);
    table.remove(sameQueue);
    expect(table.read(queue)).toBeUndefined();
    expect(table.all).toEqual([{ queue: other, offset: 2 }]);
  });
});
