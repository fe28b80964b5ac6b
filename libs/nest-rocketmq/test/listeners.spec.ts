import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { join } from 'node:path';
import type { ReceivedMessage } from 'rocketmq-core/client';
import {
  Ack,
  DeadLetterListener,
  Message,
  MessageAttempt,
  Messages,
  MessageSignal,
  OrderlyListener,
  rawCodec,
  Reject,
  Retry,
  RocketMQListener,
  RocketMQModule,
  type Outcome,
} from '../src/index.js';
import { Arrivals, Cluster, signal } from './listening.js';

const raw = { codec: rawCodec, consumeFrom: 'first' } as const;

describe('listeners on an embedded broker', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    // Level 3 is the first that a retry takes.
    cluster = await Cluster.start({ messageDelayLevel: '1s 1s 1s 1s', enablePropertyFilter: true, timerPrecisionMs: 100 });
  });
  afterAll(() => cluster.stop());

  it('takes its names from the module, from providers and from resolvers', async () => {
    await cluster.createTopic('configured-a');
    await cluster.createTopic('configured-b');
    const seen = new Arrivals<string>();

    @Injectable()
    class Names {
      readonly group = 'configured-group';
      readonly topic = 'configured-b';
    }
    @Injectable()
    class Listener {
      @RocketMQListener('byKey')
      byKey(@Payload() body: Buffer) {
        seen.add(`key ${body.toString()}`);
      }
      @RocketMQListener({ ...raw, topic: ({ get }) => get(Names).topic, group: ({ get }) => get(Names).group })
      byResolver(@Payload() body: Buffer) {
        seen.add(`resolver ${body.toString()}`);
      }
      @RocketMQListener({ ...raw, listener: 'feature', group: 'configured-group' })
      byFeature(@Payload() body: Buffer) {
        seen.add(`feature ${body.toString()}`);
      }
    }
    @Module({ imports: [RocketMQModule.forFeature({ listeners: { feature: { topic: 'configured-c' } } })] })
    class Feature {}
    const listeners = { byKey: { ...raw, topic: 'configured-a', group: 'configured-group' } };
    const app = await cluster.application([Listener, Names], { listeners, ensureTopics: 'create' }, [Feature]);
    for (const topic of ['configured-a', 'configured-b', 'configured-c']) await cluster.send(topic, ['x']);
    expect([...(await seen.atLeast(3))].sort()).toEqual(['feature x', 'key x', 'resolver x']);
    await app.close();
  });

  it('hands batches over and takes an outcome for each message', async () => {
    await cluster.createTopic('batches', 1);
    await cluster.send('batches', ['ok', 'again', 'never', 'fine']);
    const calls = new Arrivals<string[]>();
    const letters = new Arrivals<string>();

    @Injectable()
    class Listener {
      @RocketMQListener({ topic: 'batches', group: 'batching', consumeFrom: 'first', batch: { size: 10 }, codec: rawCodec })
      take(@Payload() bodies: readonly Buffer[], @Messages() messages: readonly ReceivedMessage[]): readonly Outcome[] {
        calls.add(bodies.map((body, at) => `${body.toString()} ${messages[at]?.reconsumeTimes}`));
        return bodies.map((body) => ({ again: Retry({ delayLevel: 1 }), never: Reject() })[body.toString()] ?? Ack);
      }
      @DeadLetterListener({ of: 'batching', codec: rawCodec })
      bury(@Payload() body: Buffer) {
        letters.add(body.toString());
      }
    }
    const app = await cluster.application([Listener], { client: { pollNameServerIntervalMs: 100 } });
    const [first, second] = await calls.atLeast(2);
    expect(first).toEqual(['ok 0', 'again 0', 'never 0', 'fine 0']);
    expect(second).toEqual(['again 1']);
    expect(await letters.atLeast(1)).toEqual(['never']);
    await app.close();
  });

  it('keeps the order of a queue over failures, and gives a message up in the end', async () => {
    await cluster.createTopic('ordered', 1);
    await cluster.send('ordered', ['1', '2', '3']);
    const seen = new Arrivals<string>();

    @Injectable()
    class Listener {
      @OrderlyListener({ ...raw, topic: 'ordered', group: 'ordering', maxReconsumeTimes: 2, consumer: { suspendCurrentQueueTimeMs: 10 } })
      take(@Payload() body: Buffer, @MessageAttempt() attempt: number) {
        seen.add(`${body.toString()}.${attempt}`);
        if (body.toString() === '2') return Retry({ delayMs: 10 });
        if (body.toString() === '1' && attempt === 1) throw new Error('once');
        return undefined;
      }
    }
    const app = await cluster.application([Listener]);
    expect(await seen.atLeast(6)).toEqual(['1.1', '1.2', '2.1', '2.2', '2.3', '3.1']);
    await app.close();
  });

  it('selects by an expression over the properties', async () => {
    await cluster.createTopic('selected');
    const seen = new Arrivals<string>();

    @Injectable()
    class Listener {
      @RocketMQListener({ ...raw, topic: 'selected', group: 'selecting', selector: { sql: 'size > 3' } })
      take(@Payload() body: Buffer) {
        seen.add(body.toString());
      }
    }
    const app = await cluster.application([Listener]);
    await cluster.send('selected', ['small'], { properties: { size: '2' } });
    await cluster.send('selected', ['big'], { properties: { size: '5' } });
    expect(await seen.atLeast(1)).toEqual(['big']);
    await app.close();
  });

  it('gets every message in every process when it is broadcast to', async () => {
    await cluster.createTopic('broadcast');
    const seen = new Arrivals<string>();
    const listener = (name: string) => {
      @Injectable()
      class Listener {
        @RocketMQListener({
          ...raw,
          topic: 'broadcast',
          group: 'broadcasting',
          broadcasting: true,
          consumer: { localOffsetStoreDir: join(cluster.folder, name) },
        })
        take(@Payload() body: Buffer) {
          seen.add(`${name} ${body.toString()}`);
        }
      }
      return Listener;
    };
    const apps = [await cluster.application([listener('first')]), await cluster.application([listener('second')])];
    await cluster.send('broadcast', ['x']);
    expect([...(await seen.atLeast(2))].sort()).toEqual(['first x', 'second x']);
    for (const app of apps) await app.close();
  });

  it('gives a handler up that takes too long, tells its signal, and delivers again', async () => {
    await cluster.createTopic('slow');
    const aborted = signal<unknown>();
    const seen = new Arrivals<number>();

    @Injectable()
    class Listener {
      @RocketMQListener({ ...raw, topic: 'slow', group: 'slow', handlerTimeoutMs: 50, retry: { backoff: [1000] } })
      async take(@Message() message: ReceivedMessage, @MessageSignal() stop: AbortSignal) {
        seen.add(message.reconsumeTimes);
        if (message.reconsumeTimes > 0) return;
        await new Promise((resolve) => stop.addEventListener('abort', resolve));
        aborted.fire(stop.reason);
        await new Promise(() => undefined);
      }
    }
    const app = await cluster.application([Listener]);
    await cluster.send('slow', ['x']);
    expect(String(await aborted.fired)).toContain('Listener.take did not end within 50 ms');
    expect(await seen.atLeast(2)).toEqual([0, 1]);
    await app.close();
  });

  it('makes a dead letter of what it cannot read, after one look', async () => {
    await cluster.createTopic('unreadable');
    const letters = new Arrivals<string>();
    const seen = new Arrivals<unknown>();

    @Injectable()
    class Listener {
      @RocketMQListener({ topic: 'unreadable', group: 'reading', consumeFrom: 'first' })
      take(payload: unknown) {
        seen.add(payload);
      }
      @DeadLetterListener({ of: () => 'reading', codec: rawCodec })
      bury(@Payload() body: Buffer, @Message() { reconsumeTimes }: ReceivedMessage) {
        letters.add(`${body.toString()} ${reconsumeTimes}`);
      }
    }
    const app = await cluster.application([Listener], { client: { pollNameServerIntervalMs: 100 } });
    await cluster.send('unreadable', ['{', '{"id":1}']);
    expect(await seen.atLeast(1)).toEqual([{ id: 1 }]);
    expect(await letters.atLeast(1)).toEqual(['{ 1']);
    await app.close();
  });
});
