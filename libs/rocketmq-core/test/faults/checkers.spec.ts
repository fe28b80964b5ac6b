import { History, nothingFound } from './checkers.js';

const body = (text: string) => Buffer.from(text);

// A checker that finds nothing proves nothing until it was seen to find.
describe('the checkers', () => {
  function history() {
    const one = new History();
    for (const key of ['a', 'b', 'c']) one.sent(key, body(key));
    one.settled('a', 'acknowledged');
    one.settled('b', 'failed');
    return one;
  }

  it('find nothing where nothing is wrong', () => {
    const one = history();
    expect(one.missing).toBe(1);
    one.arrived('a', body('a'));
    one.arrived('c', body('c'));
    expect([one.findings(), one.missing, one.duplicates, [...one.arrivedKeys()]]).toEqual([nothingFound, 0, 0, ['a', 'c']]);
  });

  it('find what is lost', () => {
    expect(history().findings()).toEqual({ ...nothingFound, lost: ['a'] });
  });

  it('find what nobody sent, what was refused, what has another body', () => {
    const one = history();
    one.arrived('a', body('b'));
    one.arrived('b', body('b'));
    one.arrived('x', body('x'));
    expect(one.findings()).toEqual({ lost: [], unexpected: ['x'], undead: ['b'], damaged: ['a'] });
  });

  it('expect nothing of what is taken back', () => {
    const one = history();
    one.settled('a', 'unknown');
    expect([one.missing, one.findings()]).toEqual([0, nothingFound]);
    one.settled('a', 'failed');
    one.arrived('a', body('a'));
    expect([one.missing, one.findings()]).toEqual([0, { ...nothingFound, undead: ['a'] }]);
  });

  it('count duplicates, and arrivals that come before the answer', () => {
    const one = new History();
    one.sent('a', body('a'));
    one.arrived('a', body('a'));
    one.arrived('a', body('a'));
    one.settled('a', 'acknowledged');
    expect([one.missing, one.duplicates, one.countOf('acknowledged'), one.sentCount]).toEqual([0, 1, 1, 1]);
  });
});
