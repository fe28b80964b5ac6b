import type { RocketMQListenerOptions } from '../listener/listener-options.js';
import { ListenerConflictError } from '../errors/listener-conflict.error.js';
import { planGroup } from './group-coordinator.js';

const endpoint = (name: string, options: Partial<RocketMQListenerOptions>) => ({
  name,
  options: { topic: 'orders', group: 'g', ...options },
  handle: () => Promise.resolve(),
});

describe('planGroup', () => {
  it('joins topics and tags into one subscription and routes by both', () => {
    const plan = planGroup('g', [
      endpoint('A.paid', { selector: { tag: 'paid' } }),
      endpoint('A.rest', { selector: { tag: 'placed||cancelled' } }),
      endpoint('B.all', { topic: 'invoices' }),
    ]);
    expect([...plan.subscriptions]).toEqual([
      ['orders', 'cancelled || paid || placed'],
      ['invoices', '*'],
    ]);
    expect(plan.route('orders', 'paid')?.name).toBe('A.paid');
    expect(plan.route('orders', 'cancelled')?.name).toBe('A.rest');
    expect(plan.route('orders', undefined)).toBeUndefined();
    expect(plan.route('invoices', undefined)?.name).toBe('B.all');
  });

  it.each([
    ['the same tag', { selector: { tag: 'paid || x' } }],
    ['all tags', {}],
  ])('refuses two listeners that take %s', (_, options) => {
    expect(() => planGroup('g', [endpoint('A.one', { selector: { tag: 'paid' } }), endpoint('B.two', options)])).toThrow(
      new ListenerConflictError(
        'A.one and B.two share the group g, but both take the same messages of orders: one of them would miss them',
      ),
    );
  });

  it.each([
    ['concurrency', { concurrency: 1 }, { concurrency: 2 }],
    ['consumeFrom', { consumeFrom: 'first' as const }, { consumeFrom: 'last' as const }],
  ])('refuses a different %s in one group and names both methods', (key, a, b) => {
    const listeners = [
      endpoint('A.one', { ...a, topic: 'a' }),
      endpoint('A.none', { topic: 'c' }),
      endpoint('B.two', { ...b, topic: 'b' }),
    ];
    expect(() => planGroup('g', listeners)).toThrow(`A.one and B.two share the group g, but their ${key} differs`);
  });

  it('takes a setting that only one listener gives', () => {
    const plan = planGroup('g', [endpoint('A.one', { topic: 'a', concurrency: 7 }), endpoint('B.two', { topic: 'b' })]);
    expect(plan.concurrency).toBe(7);
  });
});
