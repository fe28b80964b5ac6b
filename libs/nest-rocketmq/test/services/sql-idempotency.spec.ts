import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { DataSource } from 'typeorm';
import {
  drizzleTransactions,
  pgTransactions,
  SqlIdempotencyStore,
  typeOrmTransactions,
  type SqlTransactions,
} from '../../src/idempotency/sql/index.js';
import { Idempotent, rawCodec, RocketMQListener } from '../../src/index.js';
import { Arrivals, Cluster } from '../listening.js';
import { Postgres } from './postgres.js';

const nothing = () => Promise.resolve();

describe('SqlIdempotencyStore', () => {
  let server: Postgres;
  let pool: pg.Pool;
  let dataSource: DataSource;

  beforeAll(async () => {
    server = await Postgres.start();
    pool = new pg.Pool({ connectionString: server.url, max: 30 });
    dataSource = await new DataSource({ type: 'postgres', url: server.url }).initialize();
    await pool.query('CREATE TABLE effects (adapter text, key text)');
  }, 120_000);
  afterAll(async () => {
    await dataSource.destroy();
    await pool.end();
    // The pools have said farewell, which need not have arrived.
    await server.stop('SIGTERM');
  });

  const effects = async (adapter: string) => {
    const { rows } = await pool.query<{ key: string }>('SELECT key FROM effects WHERE adapter = $1 ORDER BY key', [adapter]);
    return rows.map(({ key }) => key);
  };
  const insertText = (adapter: string, key: string) => `INSERT INTO effects VALUES ('${adapter}', '${key}')`;

  describe.each<[string, () => SqlTransactions<unknown>, (transaction: never, text: string) => Promise<unknown>]>([
    ['pg', () => pgTransactions(pool) as never, (client: pg.PoolClient, text: string) => client.query(text)],
    [
      'drizzle',
      () => drizzleTransactions(drizzle(pool), sql) as never,
      async (tx: { execute(query: unknown): PromiseLike<unknown> }, text: string) => tx.execute(sql.raw(text)),
    ],
    [
      'typeorm',
      () => typeOrmTransactions(dataSource) as never,
      (manager: { query(text: string): Promise<unknown> }, text: string) => manager.query(text),
    ],
  ] as never)('with %s', (adapter, transactions, execute) => {
    let store: SqlIdempotencyStore<unknown>;
    const entry = (key: string, ttlMs = 60_000) => ({ group: adapter, key, ttlMs, leaseMs: 1 });
    const effect = (key: string) => async () => void (await execute(store.transaction() as never, insertText(adapter, key)));

    beforeAll(async () => {
      store = new SqlIdempotencyStore({ transactions: transactions(), table: `public.idempotency_${adapter}` });
      store.prepare();
      await store.createTable();
      await store.createTable();
    });
    beforeEach(() => pool.query('DELETE FROM effects'));

    it('does a thing once among many that begin at the same time', async () => {
      const results = await Promise.all(Array.from({ length: 8 }, () => store.run(entry('many'), effect('many'))));
      expect(results.filter((result) => result === 'ran')).toHaveLength(1);
      expect(results.filter((result) => result === 'done')).toHaveLength(7);
      expect(await effects(adapter)).toEqual(['many']);
    });

    it('takes back what a handler wrote that failed, with the key', async () => {
      const failing = async () => {
        await effect('failed')();
        throw new Error('failed');
      };
      await expect(store.run(entry('failed'), failing)).rejects.toThrow('failed');
      expect(await effects(adapter)).toEqual([]);
      expect(await store.run(entry('failed'), effect('again'))).toBe('ran');
      expect(await effects(adapter)).toEqual(['again']);
    });

    it('forgets', async () => {
      expect(await store.run(entry('short', -1), nothing)).toBe('ran');
      expect(await store.run(entry('short', -1), nothing)).toBe('ran');
      expect(await store.run(entry('long'), nothing)).toBe('ran');
      expect(await store.purge()).toBe(1);
      expect(await store.purge()).toBe(0);
      expect(await store.run(entry('long'), nothing)).toBe('done');
    });

    it('has no transaction outside of a handler', () => {
      expect(() => store.transaction()).toThrow('no handler with @Idempotent of this store is running');
    });
  });

  it('refuses a name that is no table', () => {
    expect(() => new SqlIdempotencyStore({ transactions: pgTransactions(pool), table: 'x; drop' })).toThrow('is not the name of a table');
  });

  it('commits what a listener writes exactly once, whatever is sent twice', async () => {
    const cluster = await Cluster.start({ messageDelayLevel: '1s 1s 1s 1s' });
    await cluster.createTopic('exactly-once');
    const store = new SqlIdempotencyStore({ transactions: pgTransactions(pool) });
    await store.createTable();
    const calls = new Arrivals<string>();

    @Injectable()
    class Listener {
      @Idempotent({ store, key: (body: Buffer) => body.toString() })
      @RocketMQListener({ topic: 'exactly-once', group: 'exactly-once', consumeFrom: 'first', codec: rawCodec, retry: { backoff: [1000] } })
      async take(@Payload() body: Buffer) {
        const key = body.toString();
        await store.transaction().query(insertText('listener', key));
        calls.add(key);
        if (calls.items.filter((one) => one === key).length === 1) throw new Error('the first time');
      }
    }
    const app = await cluster.application([Listener]);
    await cluster.send('exactly-once', ['a', 'b', 'a', 'b']);
    await calls.atLeast(4);
    await app.close();
    expect(await effects('listener')).toEqual(['a', 'b']);
    await cluster.stop();
  });
});
