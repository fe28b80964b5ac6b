import { LitePullSubscriptions } from './lite-pull-subscriptions.js';

describe('LitePullSubscriptions', () => {
  it('either subscribes or is assigned', () => {
    const subscribing = new LitePullSubscriptions();
    subscribing.add('T', 'A || B', 5);
    expect(subscribing.mode).toBe('subscribe');
    expect(() => subscribing.choose('assign')).toThrow('not both');
    expect(() => subscribing.filter('T', '*', 1)).toThrow('not both');
    const assigned = new LitePullSubscriptions();
    assigned.choose('assign');
    expect(() => assigned.add('T', '*', 1)).toThrow('not both');
  });

  it('tells brokers of topics, not of filters for assigned queues', () => {
    const subscribing = new LitePullSubscriptions();
    subscribing.add('T', 'A || B', 5);
    expect(subscribing.all).toMatchObject([{ topic: 'T', expression: 'A || B', version: 5 }]);
    expect([subscribing.remove('T'), subscribing.remove('T'), subscribing.topics, subscribing.of('T')]).toEqual([
      true,
      false,
      [],
      undefined,
    ]);
    const assigned = new LitePullSubscriptions();
    assigned.filter('T', { type: 'SQL92', expression: 'a > 1' }, 5);
    expect([assigned.all, assigned.of('T')?.expression, assigned.of('U')?.expression]).toEqual([[], 'a > 1', '*']);
  });

  it('refuses what is no topic and no expression, and has chosen nothing then', () => {
    const subscriptions = new LitePullSubscriptions();
    expect(() => subscriptions.add('a b', '*', 1)).toThrow('characters');
    expect(() => subscriptions.add('T', ' || ', 1)).toThrow('names no tag');
    expect(subscriptions.mode).toBeUndefined();
  });
});
