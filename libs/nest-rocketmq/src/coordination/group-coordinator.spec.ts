import { bySql, retryTopic } from 'rocketmq-core/client';
import { ListenerConflictError } from '../errors/listener-conflict.error.js';
import type { ListenerSettings } from '../listener/listener-options.js';
import { planGroup } from './group-coordinator.js';

const endpoint = (name: string, settings: Partial<ListenerSettings>) => ({
  settings: { id: name, name, topics: ['orders'], group: 'g', selector: { tag: '*' }, orderly: false, ...settings },
  handleOne: () => Promise.resolve(undefined),
  handle: () => Promise.resolve([undefined]),
});
const message = (topic: string, tags?: string, storedIn = topic) => ({
  topic,
  tags,
  queue: { topic: storedIn, brokerName: 'broker-a', queueId: 0 },
});

describe('planGroup', () => {
  it('joins topics and tags into one subscription and routes by both', () => {
    const plan = planGroup('g', [
      endpoint('A.paid', { selector: { tag: 'paid' } }),
      endpoint('A.rest', { selector: { tag: 'placed||cancelled' } }),
      endpoint('B.all', { topics: ['invoices', 'receipts'] }),
    ]);
    expect([...plan.subscriptions]).toEqual([
      ['orders', 'cancelled || paid || placed'],
      ['invoices', '*'],
      ['receipts', '*'],
    ]);
    const routed = (...about: Parameters<typeof message>) => plan.route(message(...about))?.settings.name;
    expect(routed('orders', 'paid')).toBe('A.paid');
    expect(routed('orders', 'cancelled')).toBe('A.rest');
    expect(routed('orders')).toBeUndefined();
    expect(routed('invoices')).toBe('B.all');
    expect(routed('receipts', 'any')).toBe('B.all');
    expect(routed('orders', 'paid', retryTopic('g'))).toBe('A.paid');
  });

  it('routes by the place of a message that is no retry', () => {
    const plan = planGroup('g', [endpoint('A.letters', { topics: ['%DLQ%billing'] }), endpoint('A.orders', {})]);
    expect(plan.route(message('orders', undefined, '%DLQ%billing'))?.settings.name).toBe('A.letters');
    expect(plan.route(message('orders'))?.settings.name).toBe('A.orders');
  });

  it('subscribes by an expression where one listener has the topic', () => {
    const plan = planGroup('g', [endpoint('A.big', { selector: { sql: 'size > 3' } }), endpoint('A.other', { topics: ['b'] })]);
    expect(plan.subscriptions.get('orders')).toEqual(bySql('size > 3'));
    expect(plan.route(message('orders', 'any'))?.settings.name).toBe('A.big');
  });

  it.each<[string, Partial<ListenerSettings>]>([
    ['the same tag', { selector: { tag: 'paid || x' } }],
    ['all tags', {}],
  ])('refuses two listeners that take %s', (_, settings) => {
    expect(() => planGroup('g', [endpoint('A.one', { selector: { tag: 'paid' } }), endpoint('B.two', settings)])).toThrow(
      new ListenerConflictError(
        'A.one and B.two share the group g, but both take the same messages of orders: one of them would miss them',
      ),
    );
  });

  it.each<[string, Partial<ListenerSettings>, Partial<ListenerSettings>]>([
    ['their concurrency differs', { concurrency: 1 }, { concurrency: 2 }],
    ['their consumeFrom differs', { consumeFrom: 'first' }, { consumeFrom: 'last' }],
    ['their maxReconsumeTimes differs', { maxReconsumeTimes: 1 }, { maxReconsumeTimes: 2 }],
    ['their consumeTimeoutMs differs', { consumeTimeoutMs: 1 }, { consumeTimeoutMs: 2 }],
    ['their batch differs', { batch: { size: 2 } }, { batch: { size: 3 } }],
    ['their pullBatchSize differs', { consumer: { pullBatchSize: 1 } }, { consumer: { pullBatchSize: 2 } }],
    ['only one of them takes batches', { batch: { size: 2 } }, {}],
    ['only one of them consumes in order', { orderly: true }, {}],
    ['only one of them is broadcast to', {}, { broadcasting: true }],
    ['an SQL92 selector must be the only one of its group for a', { topics: ['a'], selector: { sql: 'x = 1' } }, { topics: ['a'] }],
    ['an SQL92 selector must be the only one of its group for a', { topics: ['a'] }, { topics: ['a'], selector: { sql: 'x = 1' } }],
  ])('refuses two listeners when %s, and names both methods', (reason, a, b) => {
    const listeners = [endpoint('A.one', { topics: ['a'], ...a }), endpoint('B.two', { topics: ['b'], ...b })];
    expect(() => planGroup('g', listeners)).toThrow(new ListenerConflictError(`A.one and B.two share the group g, but ${reason}`));
  });

  it('takes a setting that only one listener gives', () => {
    const strategy = () => [];
    const plan = planGroup('g', [
      endpoint('A.one', { topics: ['a'], concurrency: 7, consumeFrom: { timestamp: new Date(5) } }),
      endpoint('B.two', { topics: ['b'], consumer: { pullBatchSize: 9, allocateMessageQueueStrategy: strategy } }),
      endpoint('B.three', { topics: ['c'], consumer: { allocateMessageQueueStrategy: strategy } }),
    ]);
    expect(plan.consumer).toEqual({
      ...{ concurrency: 7, pullBatchSize: 9, allocateMessageQueueStrategy: strategy },
      ...{ consumeFromWhere: 'CONSUME_FROM_TIMESTAMP', consumeTimestamp: 5 },
    });
  });

  it.each<[Partial<ListenerSettings>, object]>([
    [{ orderly: true }, { orderly: true }],
    [{ broadcasting: true }, { messageModel: 'BROADCASTING' }],
    [{ batch: { size: 5 } }, { consumeMessageBatchMaxSize: 5 }],
  ])('tells the consumer of %j', (settings, consumer) => {
    expect(planGroup('g', [endpoint('A.one', settings)]).consumer).toEqual(consumer);
  });
});
