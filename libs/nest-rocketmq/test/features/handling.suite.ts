import {
  Catch,
  Controller,
  Inject,
  Injectable,
  Logger,
  ParseIntPipe,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload, type RequestContext } from '@nestjs/microservices';
import { EMPTY, tap } from 'rxjs';
import { eventually } from 'rocketmq-core/testing';
import {
  deliveryLogFields,
  MessageAttempt,
  MessageSignal,
  Reject,
  ROCKETMQ_TRANSPORT,
  RocketMQDeadLetters,
  RocketMQListener,
  RocketMQTemplate,
  type RocketMQContext,
} from '../../src/index.js';
import { OrderPaidListener } from '../generated/order-paid.listener.js';
import { OrderPlacedListener } from '../generated/order-placed.listener.js';
import { OrderSignedTransactionListener } from '../generated/order-signed.transaction-listener.js';
import { Arrivals, signal } from '../listening.js';
import { received, type FeatureWorld } from './feature-world.js';

interface Order {
  readonly id: number;
}

const first = { consumeFrom: 'first' } as const;

/** Until the group has so many dead letters. */
const dead = (letters: RocketMQDeadLetters, group: string, count: number) =>
  eventually(
    `${count} dead letters of ${group}`,
    () => letters.list({ groups: [group] }),
    ([row]) => row?.messages === count,
  );

/** What happens around a handler. */
export function handlingFeatures(world: () => FeatureWorld): void {
  it('serves @EventPattern and @MessagePattern of Nest', async () => {
    const seen = new Arrivals<string>();
    @Controller()
    class Bare {
      @EventPattern('bare:placed', ROCKETMQ_TRANSPORT, { ...first, group: 'bare' })
      placed(@Payload() { id }: Order, @Ctx() given: unknown) {
        const context = given as RocketMQContext;
        seen.add(`${id} ${context.getTag()} ${context.getGroup()}`);
        return id === 2 ? Reject('two') : undefined;
      }
      @MessagePattern({ topic: 'bare-asked' }, ROCKETMQ_TRANSPORT, { ...first, group: 'bare-asked' })
      double(@Payload('id') id: number) {
        return 2 * id;
      }
    }
    const app = await world().serving([Bare]);
    const template = app.get(RocketMQTemplate);
    for (const id of [1, 2]) await template.send('bare:placed', { id });
    expect(await received(seen, 2)).toEqual(['1 placed bare', '2 placed bare']);
    expect(await template.sendAndReceive('bare-asked', { id: 21 })).toBe(42);
    await dead(app.get(RocketMQDeadLetters), 'bare', 1);
    await app.close();
  });

  it('calls a listener as often at once as it may be', async () => {
    const open = signal();
    const begun = new Arrivals<number>();
    const others = new Arrivals<number>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'places', group: 'places', concurrency: 2 })
      async take({ id }: Order) {
        begun.add(id);
        await open.fired;
      }
      @RocketMQListener({ ...first, topic: 'places', group: 'places-too' })
      watch({ id }: Order) {
        others.add(id);
      }
    }
    const app = await world().application([Listener]);
    const template = app.get(RocketMQTemplate);
    for (const id of [1, 2, 3, 4]) await template.send('places', { id });
    await received(others, 4);
    await received(begun, 2);
    expect(begun.items).toHaveLength(2);
    open.fire();
    expect(await received(begun, 4)).toEqual([1, 2, 3, 4]);
    await app.close();
  });

  it('runs guards, interceptors, pipes and filters', async () => {
    const seen = new Arrivals<string>();
    class Allows implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        seen.add(`guard ${context.getType()}`);
        return true;
      }
    }
    class Around implements NestInterceptor {
      intercept(_: ExecutionContext, next: CallHandler) {
        seen.add('before');
        return next.handle().pipe(tap(() => seen.add('after')));
      }
    }
    @Catch(RangeError)
    class Swallows implements ExceptionFilter {
      catch(error: RangeError) {
        seen.add(`filter ${error.message}`);
        return EMPTY;
      }
    }
    @Controller()
    class Enhanced {
      @UseGuards(Allows)
      @UseInterceptors(Around)
      @UseFilters(Swallows)
      @RocketMQListener({ ...first, topic: 'enhanced', group: 'enhanced', concurrency: 1 })
      take(@Payload('id', ParseIntPipe) id: number) {
        seen.add(`handler ${id}`);
        if (id === 2) throw new RangeError('two');
      }
    }
    const app = await world().serving([Enhanced]);
    const template = app.get(RocketMQTemplate);
    const inOneQueue = { shardingKey: 'one' };
    await template.send('enhanced', { id: 1 }, inOneQueue);
    await template.send('enhanced', { id: 2 }, inOneQueue);
    await template.send('enhanced', { id: 'no number' }, inOneQueue);
    await dead(app.get(RocketMQDeadLetters), 'enhanced', 1);
    expect(seen.items.filter((line) => line === 'guard rpc')).toHaveLength(3);
    expect(seen.items.filter((line) => !/^(guard|before)/.test(line))).toEqual(['handler 1', 'after', 'handler 2', 'filter two']);
    await app.close();
  });

  it('makes a request-scoped provider anew for each message', async () => {
    const seen = new Arrivals<string>();
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      constructor(@Inject(REQUEST) private readonly request: RequestContext<Order, RocketMQContext>) {}
      get name() {
        return `${this.request.getContext().getMetadata().tenant} ${this.request.getData().id}`;
      }
    }
    @Injectable()
    class Listener {
      constructor(private readonly tenant: Tenant) {}
      @RocketMQListener({ ...first, topic: 'scoped', group: 'scoped' })
      take(@Payload('id') id: number) {
        seen.add(`${this.tenant.name} = ${id}`);
      }
    }
    const app = await world().application([Listener, Tenant]);
    const template = app.get(RocketMQTemplate);
    for (const id of [1, 2]) await template.send('scoped', { id }, { properties: { tenant: `t${id}` } });
    expect(await received(seen, 2)).toEqual(['t1 1 = 1', 't2 2 = 2']);
    await app.close();
  });

  it('gives a handler up that takes too long, tells its signal, and delivers again', async () => {
    const aborted = signal<unknown>();
    const attempts = new Arrivals<number>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'slow', group: 'slow', handlerTimeoutMs: 50, retry: { backoff: [1000] } })
      async take(@MessageAttempt() attempt: number, @MessageSignal() stop: AbortSignal) {
        attempts.add(attempt);
        if (attempt > 1) return;
        await new Promise((resolve) => stop.addEventListener('abort', resolve));
        aborted.fire(stop.reason);
        await new Promise(() => undefined);
      }
    }
    const app = await world().application([Listener]);
    await app.get(RocketMQTemplate).send('slow', { id: 1 });
    expect(String(await aborted.fired)).toContain('Listener.take did not end within 50 ms');
    expect(await received(attempts, 2)).toEqual([1, 2]);
    await app.close();
  });

  it('lets logging find the message wherever it is', async () => {
    const seen = new Arrivals<unknown>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'correlated', group: 'correlated' })
      async take() {
        await Promise.resolve();
        seen.add(deliveryLogFields());
      }
    }
    const app = await world().application([Listener]);
    const { messageId } = await app.get(RocketMQTemplate).send('correlated', { id: 1 });
    const [fields] = await received(seen, 1);
    expect(JSON.stringify(fields)).toContain(messageId);
    await app.close();
  });

  it('runs what `nest g` has made', async () => {
    const lines = new Arrivals<string>();
    const log = (line: string) => /^[0-9A-F]{32}: /.test(line) && lines.add(line);
    Logger.overrideLogger({ log, error: () => undefined, warn: () => undefined });
    const app = await world().serving([OrderPaidListener], [OrderPlacedListener, OrderSignedTransactionListener]);
    const template = app.get(RocketMQTemplate);
    // They begin at the end of their queues, as Java does: on Apache what comes while they begin may be passed over.
    for (const topic of ['order-placed', 'order-paid']) {
      await eventually(
        `a message to ${topic}`,
        async () => {
          await template.send(topic, topic);
          return lines.items.some((line) => line.endsWith(`: "${topic}"`));
        },
        (found) => found,
      );
    }
    const { transactionState } = await template.sendInTransaction({ destination: 'order-signed', payload: { id: 3 } });
    expect(transactionState).toBe('commit');
    await app.close();
    Logger.overrideLogger(['fatal']);
  });
}
