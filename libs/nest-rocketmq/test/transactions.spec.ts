import 'reflect-metadata';
import { Injectable, Logger, Module, Scope, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  defineTopics,
  payloadOf,
  RocketMQModule,
  RocketMQTemplate,
  TransactionListener,
  type RocketMQTransactionListener,
  type TransactionMessage,
} from '../src/index.js';
import { Cluster } from './cluster.js';

interface Order {
  readonly id: number;
}

const topics = defineTopics({ placed: { topic: 'tx-orders', tag: 'placed', payload: payloadOf<Order>() } });

describe('transactions', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    cluster = await Cluster.start({ broker: { transactionTimeOut: 1000, transactionCheckInterval: 300 } });
  });
  afterAll(() => cluster.stop());

  async function running(...providers: Type[]) {
    @Module({
      imports: [RocketMQModule.forRoot({ namesrvAddr: cluster.namesrvAddr, producer: { group: 'shop' } })],
      providers,
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    return { app, template: app.get(RocketMQTemplate) };
  }

  it('shows a message when its listener commits, and never when it rolls back; the listener is that of topic and tag', async () => {
    const inbox = await cluster.inbox('tx-orders', 'tx-other');
    const calls: unknown[] = [];
    @TransactionListener({ topic: topics.placed })
    @Injectable()
    class Orders implements RocketMQTransactionListener<Order, string> {
      executeLocalTransaction({ payload, keys, tag, properties }: TransactionMessage<Order>, arg: string) {
        calls.push(['Orders', payload.id, arg, keys, tag, properties.get('p')]);
        return payload.id === 1 ? ('commit' as const) : ('rollback' as const);
      }
      checkLocalTransaction() {
        return 'unknown' as const;
      }
    }
    @TransactionListener({ topic: () => 'tx-other', name: 'other' })
    @Injectable()
    class Other implements RocketMQTransactionListener {
      executeLocalTransaction(_message: TransactionMessage, arg: unknown) {
        calls.push(['Other', arg]);
        return Promise.resolve('commit' as const);
      }
      checkLocalTransaction() {
        return 'unknown' as const;
      }
    }
    const { app, template } = await running(Orders, Other);
    const message = { destination: topics.placed, payload: { id: 1 }, keys: 'k1', properties: { p: 'v' } };
    const committed = await template.sendInTransaction(message, 'arg');
    const rolledBack = await template.sendInTransaction({ destination: topics.placed, payload: { id: 2 } });
    await template.sendInTransaction({ destination: 'tx-other', payload: 3 });
    await template.sendInTransaction({ destination: 'tx-orders:else', payload: 4 }, 'named', { listener: 'other' });
    expect(calls).toEqual([
      ['Orders', 1, 'arg', ['k1'], 'placed', 'v'],
      ['Orders', 2, undefined, [], 'placed', undefined],
      ['Other', undefined],
      ['Other', 'named'],
    ]);
    expect([committed.transactionState, rolledBack.transactionState]).toEqual(['commit', 'rollback']);
    const bodies = (await inbox.first(3)).map(({ body }) => body.toString()).sort();
    expect(bodies).toEqual(['3', '4', '{"id":1}']);
    await expect(template.sendInTransaction({ destination: 'tx-orders:nobody', payload: 1 })).rejects.toThrow('tx-orders:nobody');
    await app.close();
  });

  it('asks the listener of the message after a restart', async () => {
    const inbox = await cluster.inbox('tx-restart');
    const asked: unknown[] = [];
    const listeners = (executed: 'unknown' | 'rollback', checked: 'commit' | 'rollback'): Type[] => {
      class Base implements RocketMQTransactionListener<Order> {
        executeLocalTransaction() {
          return executed;
        }
        checkLocalTransaction({ payload, transactionId, keys }: TransactionMessage<Order>) {
          asked.push([this.constructor.name, payload.id, transactionId, keys]);
          return checked;
        }
      }
      @TransactionListener({ topic: 'tx-restart', tag: 'a' })
      @Injectable()
      class ListenerA extends Base {}
      @TransactionListener({ topic: 'tx-restart', tag: 'b' })
      @Injectable()
      class ListenerB extends Base {}
      return [ListenerA, ListenerB];
    };
    const first = await running(...listeners('unknown', 'rollback'));
    const { transactionId } = await first.template.sendInTransaction({ destination: 'tx-restart:b', payload: { id: 7 }, keys: 'k' });
    await first.app.close();
    asked.length = 0;
    const second = await running(...listeners('rollback', 'commit'));
    const [message] = await inbox.first(1);
    expect(message).toMatchObject({ messageId: transactionId, tags: 'b' });
    expect(asked[0]).toEqual(['ListenerB', 7, transactionId, ['k']]);
    await second.app.close();
  });

  it('takes the local transaction as a function, and its error for an unknown end that the listener decides', async () => {
    const inbox = await cluster.inbox('tx-function');
    @TransactionListener({ topic: 'tx-function' })
    @Injectable()
    class Checked implements RocketMQTransactionListener<number> {
      executeLocalTransaction(): never {
        throw new Error('is not called');
      }
      checkLocalTransaction({ payload }: TransactionMessage<number>) {
        return payload === 2 ? ('commit' as const) : ('rollback' as const);
      }
    }
    const { app, template } = await running(Checked);
    const done: number[] = [];
    const work = (payload: number) => template.transaction({ destination: 'tx-function', payload }, () => done.push(payload));
    expect((await work(1)).transactionState).toBe('commit');
    const failed = await template.transaction({ destination: 'tx-function', payload: 2 }, () =>
      Promise.reject(new Error('lost connection')),
    );
    expect(failed).toMatchObject({ transactionState: 'unknown', localError: new Error('lost connection') });
    const undone = await template.transaction({ destination: 'tx-function', payload: 3 }, () => 'rollback');
    expect(undone.transactionState).toBe('rollback');
    expect(done).toEqual([1]);
    expect((await inbox.first(2)).map(({ body }) => body.toString()).sort()).toEqual(['1', '2']);
    await app.close();
  });

  it('does not start with two listeners for one message, nor with one that no check can reach', async () => {
    class Base implements RocketMQTransactionListener {
      executeLocalTransaction() {
        return 'commit' as const;
      }
      checkLocalTransaction() {
        return 'commit' as const;
      }
    }
    @TransactionListener({ topic: 'tx-orders', tag: 'x' })
    @Injectable()
    class One extends Base {}
    @TransactionListener({ topic: 'tx-orders' })
    @Injectable()
    class Two extends Base {}
    @TransactionListener()
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest extends Base {}
    await expect(running(One, Two)).rejects.toThrow('the transaction listeners One and Two both take messages to tx-orders:x');
    await expect(running(PerRequest)).rejects.toThrow('PerRequest is a transaction listener, but request-scoped');
  });
});
