import { parsePlan, precondition, printPlan, type DoublingPlan } from './doubling-plan.js';

const queue = (queueId: number, brokerName = 'a') => ({ topic: 'T', brokerName, queueId });
const known: DoublingPlan = {
  from: 2,
  barriers: new Map([
    ['a:0', 7],
    ['a:1', 0],
  ]),
};

describe('a doubling plan', () => {
  it('is written as text and read back', () => {
    expect(printPlan({ from: 2, barriers: undefined })).toBe('2');
    expect(printPlan(known)).toBe('2;a:0:7,a:1:0');
    for (const plan of [known, { from: 16, barriers: undefined }, { from: 1, barriers: new Map() }]) {
      expect(parsePlan(printPlan(plan))).toEqual(plan);
    }
  });

  it.each(['', '0', '-1', 'x', '2;a:0', '2;a:0:x', '2;:0:1', '1.5'])('is not %j', (text) => {
    expect(parsePlan(text)).toBeUndefined();
  });

  it('closes the new queues until their barriers are known, and ties each to the queue its keys come from', () => {
    expect(precondition({ from: 2, barriers: undefined }, queue(2))).toBe('closed');
    expect(precondition({ from: 2, barriers: undefined }, queue(1))).toBeUndefined();
    expect(precondition(known, queue(2))).toEqual({ queue: queue(0), offset: 7 });
    expect(precondition(known, queue(3))).toEqual({ queue: queue(1), offset: 0 });
    expect(precondition(known, queue(4))).toBeUndefined();
    expect(precondition(known, queue(2, 'new'))).toBeUndefined();
  });
});
