import 'reflect-metadata';
import { Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { ReceivedMessage } from 'rocketmq-core/client';
import { RocketMQConnection, RocketMQModule, RocketMQOutbox, RocketMQOutboxModule } from '../../src/index.js';
import { PostgresOutboxStore, type PgQueries } from '../../src/outbox/postgres/index.js';
import { Cluster } from '../cluster.js';
import { compileOutbox } from './compiled-outbox.js';
import { Postgres } from './postgres.js';

describe('the outbox on PostgreSQL', () => {
  let postgres: Postgres;
  let cluster: Cluster;
  let pool: pg.Pool;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    [postgres, cluster] = await Promise.all([Postgres.start(), Cluster.start()]);
    pool = new pg.Pool({ connectionString: postgres.url });
    pool.on('error', () => undefined);
  }, 180_000);
  afterAll(async () => {
    await pool.end();
    await Promise.all([postgres.stop(), cluster.stop()]);
  });

  async function tableOf(table: string): Promise<PostgresOutboxStore> {
    const store = new PostgresOutboxStore({ pool, table });
    await store.createTable();
    return store;
  }

  async function inTransaction<T>(work: (transaction: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  const waiting = async (table: string) =>
    (await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)).rows[0]?.count;

  it('sends what was committed with the work, in a Nest application, and nothing of what was rolled back', async () => {
    const store = await tableOf('shop_outbox');
    const inbox = await cluster.inbox('outbox-nest');
    await pool.query('CREATE TABLE shop_orders (id int PRIMARY KEY)');
    @Injectable()
    class Orders {
      constructor(private readonly outbox: RocketMQOutbox<PgQueries>) {}
      place(id: number, fail = false): Promise<string> {
        return inTransaction(async (transaction) => {
          await transaction.query('INSERT INTO shop_orders VALUES ($1)', [id]);
          const added = await this.outbox.add(transaction, 'outbox-nest:placed', { id }, { keys: `order-${id}`, properties: { p: 'v' } });
          if (fail) throw new Error('out of stock');
          return added;
        });
      }
    }
    @Module({
      imports: [RocketMQModule.forRoot({ namesrvAddr: cluster.namesrvAddr }), RocketMQOutboxModule.forRoot({ store })],
      providers: [Orders],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    const orders = app.get(Orders);
    await expect(orders.place(1, true)).rejects.toThrow('out of stock');
    const id = await orders.place(2);
    const [message] = await inbox.first(1);
    expect(message).toMatchObject({ tags: 'placed', keys: ['order-2'] });
    expect(message?.body.toString()).toBe('{"id":2}');
    expect([message?.properties.get('p'), message?.properties.get('NEST_OUTBOX_ID')]).toEqual(['v', id]);
    await app.close();
    expect(await waiting('shop_outbox')).toBe(0);
  });

  it('keeps the order of commits in a key, though the one that commits last was given the lower position first', async () => {
    const store = await tableOf('ordered_outbox');
    const outbox = new RocketMQOutbox(new RocketMQConnection('adds', { namesrvAddr: cluster.namesrvAddr }), store);
    const order: string[] = [];
    const one = await pool.connect();
    await one.query('BEGIN');
    await outbox.add(one, 'outbox-ordered', 'first', { shardingKey: 'k' });
    const other = inTransaction((transaction) => outbox.add(transaction, 'outbox-ordered', 'second', { shardingKey: 'k' })).then(() =>
      order.push('second'),
    );
    await inTransaction((transaction) => outbox.add(transaction, 'outbox-ordered', 'elsewhere', { shardingKey: 'l' }));
    order.push('first');
    await one.query('COMMIT');
    one.release();
    await other;
    expect(order).toEqual(['first', 'second']);
    const lease = await store.lease(() => undefined);
    if (lease === undefined) throw new Error('another relay has the lease');
    expect(await store.lease(() => undefined)).toBeUndefined();
    const due = await lease.due(10);
    const ofKey = due.filter(({ orderingKey }) => orderingKey === 'k');
    expect(ofKey.map(({ body }) => body.toString())).toEqual(['"first"', '"second"']);
    const keysDue = async () => (await lease.due(10)).map(({ orderingKey }) => orderingKey).sort();
    const [{ id } = { id: '' }] = ofKey;
    await lease.failed({ id, error: 'no broker', retryInMs: 60_000 });
    expect(await keysDue()).toEqual(['l']);
    await lease.failed({ id, error: 'never', retryInMs: undefined });
    expect(await keysDue()).toEqual(['k', 'l']);
    await lease.release();
  });

  it('loses nothing and keeps the order of each key when its relay is killed again and again', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'outbox-'));
    await compileOutbox(folder);
    const store = await tableOf('killed_outbox');
    const outbox = new RocketMQOutbox(new RocketMQConnection('adds', { namesrvAddr: cluster.namesrvAddr }), store);
    const inbox = await cluster.inbox('outbox-killed');
    let child: ChildProcess | undefined;
    const relay = async () => {
      const program = join(import.meta.dirname, 'outbox-child.mjs');
      const args = [program, folder, postgres.url, cluster.namesrvAddr, 'killed_outbox'];
      child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      if (child.stdout) await once(child.stdout, 'data');
    };
    const ids: string[] = [];
    const lives = process.env.TEST_LONG ? 20 : 4;
    for (let life = 0; life < lives; life += 1) {
      await relay();
      for (let at = 0; at < 50; at += 1) {
        const key = `k${at % 5}`;
        ids.push(
          await inTransaction((transaction) => outbox.add(transaction, 'outbox-killed', `${key}-${life}-${at}`, { shardingKey: key })),
        );
      }
      await inbox.first(life * 50 + 10);
      child?.kill('SIGKILL');
      if (child) await once(child, 'exit');
    }
    await relay();
    const seen = () => new Set(inbox.messages.map(idOf));
    for (let count = ids.length; seen().size < ids.length; count += 1) await inbox.first(count);
    child?.kill('SIGKILL');
    expect([...seen()].sort()).toEqual([...ids].sort());
    const firsts = firstSightings(inbox.messages);
    for (const key of ['k0', 'k1', 'k2', 'k3', 'k4']) {
      const order = firsts.filter((message) => message.properties.get('__SHARDINGKEY') === key).map(idOf);
      expect(order).toEqual(ids.filter((_id, at) => at % 5 === Number(key.slice(1))));
    }
    await rm(folder, { recursive: true, force: true });
  }, 180_000);
});

const idOf = (message: ReceivedMessage) => message.properties.get('NEST_OUTBOX_ID') ?? '';

/** By queue and offset; each message where it was stored first. */
function firstSightings(messages: readonly ReceivedMessage[]): readonly ReceivedMessage[] {
  const ordered = [...messages].sort((a, b) => a.queue.queueId - b.queue.queueId || a.queueOffset - b.queueOffset);
  return ordered.filter((message, at) => ordered.findIndex((other) => idOf(other) === idOf(message)) === at);
}
