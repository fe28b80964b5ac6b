import { ListenerConflictError } from '../errors/listener-conflict.error.js';
import { TransactionListenerTable } from './transaction-listener.table.js';

const listener = (className: string, place: { name?: string; topic?: string; tag?: string } = {}) => ({
  className,
  ...{ name: className, topic: undefined, tag: undefined, codec: undefined },
  ...place,
  instance: { executeLocalTransaction: () => 'commit' as const, checkLocalTransaction: () => 'commit' as const },
});

describe('TransactionListenerTable', () => {
  it('chooses by name, else by topic and tag', () => {
    const table = new TransactionListenerTable([
      listener('Payments', { topic: 'orders', tag: 'paid' }),
      listener('Orders', { topic: 'orders', tag: 'placed' }),
      listener('Invoices', { topic: 'invoices' }),
      listener('ByName'),
      listener('AlsoByName'),
    ]);
    expect(table.choose(undefined, 'orders', 'placed').name).toBe('Orders');
    expect(table.choose(undefined, 'invoices', 'any').name).toBe('Invoices');
    expect(table.choose('ByName', 'orders', 'placed').name).toBe('ByName');
    expect(() => table.choose(undefined, 'orders', 'other')).toThrow(
      'no @TransactionListener is a listener for orders:other; there are: Payments, Orders, Invoices, ByName, AlsoByName',
    );
    expect(() => new TransactionListenerTable([]).choose('X', 'orders', undefined)).toThrow(
      'no @TransactionListener is X; there are: none',
    );
  });

  it.each([
    ['both any tag', {}, {}, 'orders'],
    ['one any tag', {}, { tag: 'paid' }, 'orders:paid'],
    ['the other any tag', { tag: 'paid' }, {}, 'orders:paid'],
    ['the same tag', { tag: 'paid' }, { tag: 'paid' }, 'orders:paid'],
  ])('refuses two for the same messages (%s) and names both', (_what, a, b, place) => {
    expect(
      () => new TransactionListenerTable([listener('A', { topic: 'orders', ...a }), listener('B', { topic: 'orders', ...b })]),
    ).toThrow(
      new ListenerConflictError(
        `the transaction listeners A and B both take messages to ${place}: nobody could tell which of them decides`,
      ),
    );
  });

  it('refuses two of one name and names both', () => {
    expect(() => new TransactionListenerTable([listener('A', { name: 'x' }), listener('B', { name: 'x' })])).toThrow(
      'the transaction listeners A and B are both called x',
    );
  });
});
