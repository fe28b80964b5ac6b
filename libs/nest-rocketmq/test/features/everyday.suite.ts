import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { eventually } from 'rocketmq-core/testing';
import { RocketMQHealthIndicator } from '../../src/health/index.js';
import {
  DeadLetterListener,
  Idempotent,
  MemoryIdempotencyStore,
  MessageAttempt,
  OrderlyListener,
  rawCodec,
  Reject,
  Retry,
  RocketMQConnection,
  RocketMQDeadLetters,
  RocketMQListener,
  RocketMQListenerRegistry,
  RocketMQTemplate,
  TransactionListener,
  type RocketMQTransactionListener,
  type TransactionMessage,
} from '../../src/index.js';
import { Arrivals } from '../listening.js';
import { inOrder, received, type FeatureWorld } from './feature-world.js';

interface Job {
  readonly id: number;
}

const first = { consumeFrom: 'first' } as const;
const arrivals = new Map<string, Arrivals<string>>();
const seen = (name: string): Arrivals<string> => {
  const found = arrivals.get(name) ?? new Arrivals<string>();
  arrivals.set(name, found);
  return found;
};
const state = { open: false };

@Injectable()
class Listeners {
  @RocketMQListener({ ...first, topic: 'jobs', group: 'plain', selector: { tag: 'a' } })
  a({ id }: Job) {
    seen('a').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'jobs', group: 'plain', selector: { tag: 'b || c' } })
  b({ id }: Job) {
    seen('b').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'jobs', group: 'sql', selector: { sql: 'size > 3' } })
  sql({ id }: Job) {
    seen('sql').add(`${id}`);
  }
  @OrderlyListener({ ...first, topic: 'steps', group: 'ordered' })
  step({ id }: Job) {
    seen('ordered').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'steps', group: 'batches', batch: { size: 10 } })
  batch(jobs: readonly Job[]) {
    for (const { id } of jobs) seen('batch').add(`${id}`);
    return jobs.map(() => undefined);
  }
  @RocketMQListener({ ...first, topic: 'steps', group: 'broadcast', broadcasting: true })
  everywhere({ id }: Job) {
    seen('broadcast').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'failing', group: 'failing', retry: { rejectOn: [TypeError] } })
  fail(@Payload() { id }: Job, @MessageAttempt() attempt: number) {
    seen('failing').add(`${id}/${attempt}`);
    if (state.open) return undefined;
    if (id === 1 && attempt === 1) return Retry({ delayLevel: 1 });
    if (id === 2) return Reject('never');
    if (id === 3) throw new TypeError('wrong');
    return undefined;
  }
  @DeadLetterListener({ of: 'failing', codec: rawCodec })
  bury(@Payload() body: Buffer) {
    seen('buried').add(body.toString());
  }
  @RocketMQListener({ ...first, topic: 'later', group: 'later' })
  later({ id }: Job) {
    seen('later').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'asked', group: 'asked' })
  double({ id }: Job) {
    return { id: 2 * id };
  }
  @Idempotent({ store: new MemoryIdempotencyStore(), key: ({ id }: Job) => `${id}` })
  @RocketMQListener({ ...first, topic: 'once', group: 'once' })
  once({ id }: Job) {
    seen('once').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'deals', group: 'deals' })
  deal({ id }: Job) {
    seen('deals').add(`${id}`);
  }
}

@TransactionListener({ topic: 'deals' })
@Injectable()
class Deals implements RocketMQTransactionListener<Job> {
  executeLocalTransaction({ payload }: TransactionMessage<Job>) {
    return payload.id === 1 ? ('commit' as const) : ('rollback' as const);
  }
  checkLocalTransaction() {
    return 'unknown' as const;
  }
}

/** What one application does every day. */
export function everydayFeatures(world: () => FeatureWorld): void {
  let app: INestApplicationContext;
  let template: RocketMQTemplate;

  beforeAll(async () => {
    const pull = { group: 'puller', consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' } as const;
    app = await world().application([Listeners, Deals], { pull });
    template = app.get(RocketMQTemplate);
  }, 60_000);
  afterAll(() => app.close());

  it('delivers by group, tag and expression', async () => {
    for (const [id, tag] of ['a', 'b', 'c', 'd'].entries()) {
      await template.send(`jobs:${tag}`, { id }, { keys: `k${id}`, properties: { size: `${id + 2}` } });
    }
    await template.sendOneway('jobs:a', { id: 9 }, { properties: { size: '1' } });
    expect(await received(seen('a'), 2)).toEqual(['0', '9']);
    expect(await received(seen('b'), 2)).toEqual(['1', '2']);
    expect(await received(seen('sql'), 2)).toEqual(['2', '3']);
  });

  it('keeps order, hands batches over, and broadcasts', async () => {
    for (const id of [1, 2, 3]) await template.sendOrderly('steps', { id }, 'one');
    const two = [4, 5].map((id) => ({ id }));
    await template.sendBatch('steps', two, { shardingKey: 'one' });
    expect(await inOrder(seen('ordered'), 5)).toEqual(['1', '2', '3', '4', '5']);
    expect(await received(seen('batch'), 5)).toEqual(['1', '2', '3', '4', '5']);
    expect(await received(seen('broadcast'), 5)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('retries, rejects, and redrives dead letters', async () => {
    for (const id of [1, 2, 3]) await template.send('failing', { id });
    await template.send('failing', Buffer.from('no json'));
    expect(await received(seen('failing'), 4)).toEqual(['1/1', '1/2', '2/1', '3/1']);
    const letters = app.get(RocketMQDeadLetters);
    await eventually(
      'three are dead',
      () => letters.list({ groups: ['failing'] }),
      ([row]) => row?.messages === 3,
    );
    expect(await received(seen('buried'), 3)).toEqual(['no json', '{"id":2}', '{"id":3}']);
    const { letters: shown } = await letters.peek<Job>('failing');
    expect(shown.map(({ payload, reason }) => `${payload?.id} ${reason?.slice(0, 22)}`).sort()).toEqual([
      '2 returned Reject: never',
      '3 threw: wrong',
      'undefined decode failed: the bod',
    ]);
    state.open = true;
    expect(await letters.redrive<Job>('failing', { select: ({ payload }) => payload !== undefined })).toMatchObject({
      redriven: 2,
      left: 1,
    });
    expect((await inOrder(seen('failing'), 6)).slice(4).sort()).toEqual(['2/1', '3/1']);
  });

  it('delays, recalls, and delivers what was delayed', async () => {
    await template.send('later', { id: 1 }, { delayLevel: 1 });
    await template.send('later', { id: 2 }, { delayMs: 1500 });
    const { recallHandle = '' } = await template.send('later', { id: 3 }, { delayMs: 600_000 });
    expect(await template.recall('later', recallHandle)).not.toBe('');
    expect(await received(seen('later'), 2)).toEqual(['1', '2']);
  });

  it('answers requests, commits and rolls back, and handles a key once', async () => {
    expect(await template.sendAndReceive('asked', { id: 21 }, { timeoutMs: 60_000 })).toEqual({ id: 42 });
    await template.sendInTransaction({ destination: 'deals', payload: { id: 2 } });
    await template.sendInTransaction({ destination: 'deals', payload: { id: 1 } });
    expect(await received(seen('deals'), 1)).toEqual(['1']);
    for (const id of [1, 1, 2]) await template.send('once', { id }, { shardingKey: 'one' });
    expect(await received(seen('once'), 2)).toEqual(['1', '2']);
  });

  it('gives messages when it is asked for them, says how far it is, and goes back', async () => {
    await template.send('pulled', { id: 7 });
    const [pulled] = await template.receive<Job>('pulled', { timeoutMs: 60_000 });
    expect(pulled?.payload).toEqual({ id: 7 });
    const registry = app.get(RocketMQListenerRegistry);
    await eventually(
      'nothing waits',
      () => registry.lag('later'),
      (lag) => lag === 0,
    );
    const before = seen('once').items.length;
    await registry.reset('later', 'first');
    expect((await inOrder(seen('later'), 4)).slice(2).sort()).toEqual(['1', '2']);
    expect(seen('once').items).toHaveLength(before);
    const indicator = new RocketMQHealthIndicator(app.get(RocketMQConnection), registry, { timeoutMs: 20_000 });
    expect(await indicator.check()).toMatchObject({ rocketmq: { status: 'up' } });
  });

  it('iterates over the messages of a pull consumer', async () => {
    for (const id of [1, 2, 3]) await template.send('iterated', { id }, { shardingKey: 'one' });
    const client = app.get(RocketMQConnection).unwrap();
    const consumer = client.litePullConsumer({ group: 'iterating', consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' });
    await consumer.subscribe('iterated');
    await consumer.start();
    const bodies: string[] = [];
    for await (const message of consumer) {
      bodies.push(message.body.toString());
      if (bodies.length === 3) break;
    }
    expect(bodies).toEqual(['{"id":1}', '{"id":2}', '{"id":3}']);
    await consumer.shutdown();
  });
}
