import { isInvalidInput } from '../errors.js';
import { bySql, byTag } from '../message-selector.js';
import { matches, subscribe, SubscriptionTable } from './subscription-table.js';

describe('subscribe', () => {
  it.each(['', '*', ' * '])('takes %j as all', (expression) => {
    const subscription = subscribe('T', expression, 1);
    expect(subscription).toMatchObject({ expression: '*', tagCodes: [] });
    expect(matches(subscription, undefined)).toBe(true);
    expect(matches(subscription, 'any')).toBe(true);
  });

  it('reads tags joined by ||, without blanks and repetitions', () => {
    const subscription = subscribe('T', ' A || B||A|| ', 1);
    expect([...subscription.tags]).toEqual(['A', 'B']);
    expect(subscription.tagCodes).toEqual([65, 66]);
    expect(matches(subscription, 'A')).toBe(true);
    expect(matches(subscription, 'C')).toBe(false);
    expect(matches(subscription, undefined)).toBe(false);
  });

  it('tells tags of the same hash code apart by their text', () => {
    const subscription = subscribe('T', 'Aa', 1);
    expect(subscribe('T', 'BB', 1).tagCodes).toEqual(subscription.tagCodes);
    expect(matches(subscription, 'BB')).toBe(false);
  });

  it('sends one code for two tags that share it', () => {
    expect(subscribe('T', 'Aa||BB', 1).tagCodes).toEqual([2112]);
  });

  it('takes tags by a selector, too', () => {
    expect(subscribe('T', byTag('A || B'), 1)).toEqual(subscribe('T', 'A || B', 1));
  });

  it('leaves SQL92 to the broker', () => {
    const subscription = subscribe('T', bySql(" a = 'A||B' "), 1);
    expect(subscription).toEqual({ topic: 'T', type: 'SQL92', expression: " a = 'A||B' ", tags: new Set(), tagCodes: [], version: 1 });
    expect([matches(subscription, undefined), matches(subscription, 'x')]).toEqual([true, true]);
    expect(() => subscribe('T', bySql('  '), 1)).toThrow('is empty');
  });

  it('refuses an expression without a tag', () => {
    expect(() => subscribe('T', '|| ||', 1)).toThrow('names no tag');
    try {
      subscribe('T', '||', 1);
    } catch (error) {
      expect(isInvalidInput(error)).toBe(true);
    }
    expect.assertions(2);
  });
});

describe('SubscriptionTable', () => {
  it('adds the retry topic of the group', () => {
    const table = new SubscriptionTable('G', new Map([['T', 'A']]), 7);
    expect(table.topics).toEqual(['T', '%RETRY%G']);
    expect(table.of('%RETRY%G')).toMatchObject({ expression: '*', version: 7 });
  });

  it('raises a version even when the clock stands still', () => {
    const table = new SubscriptionTable('G', new Map([['T', '*']]), 7);
    table.renew('T', 7);
    expect(table.of('T')?.version).toBe(8);
    table.renew('T', 100);
    expect(table.of('T')?.version).toBe(100);
  });
});
