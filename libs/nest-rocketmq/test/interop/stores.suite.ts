import { Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { Redis } from 'ioredis';
import pg from 'pg';
import { RedisIdempotencyStore } from '../../src/idempotency/redis/index.js';
import { pgTransactions, SqlIdempotencyStore } from '../../src/idempotency/sql/index.js';
import { Idempotent, RocketMQListener, RocketMQOutbox, RocketMQOutboxModule, RocketMQTemplate } from '../../src/index.js';
import { PostgresOutboxStore } from '../../src/outbox/postgres/index.js';
import type { FeatureWorld } from '../features/feature-world.js';
import { inOrder, received } from '../features/feature-world.js';
import { Arrivals } from '../listening.js';
import { Postgres } from '../services/postgres.js';
import { RedisServer } from '../services/redis-server.js';

interface Order {
  readonly id: number;
}

const first = { consumeFrom: 'first' } as const;
const key = ({ id }: Order) => `${id}`;

/** The features that need a database or Redis; the bundled broker has its own runs of them under `test/services`. */
export function storeFeatures(world: () => FeatureWorld): void {
  describe('with stores', () => {
    let redisServer: RedisServer;
    let redis: Redis;
    let postgres: Postgres;
    let pool: pg.Pool;

    beforeAll(async () => {
      [redisServer, postgres] = await Promise.all([RedisServer.start(), Postgres.start()]);
      redis = new Redis(redisServer.port, '127.0.0.1');
      pool = new pg.Pool({ connectionString: postgres.url });
      pool.on('error', () => undefined);
    });
    afterAll(async () => {
      redis.disconnect();
      await pool.end();
      await Promise.all([redisServer.stop(), postgres.stop()]);
    });

    it('handle a key once by what Redis knows, and by what the transaction of the handler wrote', async () => {
      await pool.query('CREATE TABLE effects (id int)');
      const transactions = new SqlIdempotencyStore({ transactions: pgTransactions(pool) });
      await transactions.createTable();
      const seen = new Arrivals<string>();
      @Injectable()
      class Listener {
        @Idempotent({ store: new RedisIdempotencyStore({ client: redis }), key })
        @RocketMQListener({ ...first, topic: 'redis', group: 'redis' })
        once({ id }: Order) {
          seen.add(`redis ${id}`);
        }
        @Idempotent({ store: transactions, key })
        @RocketMQListener({ ...first, topic: 'sql', group: 'sql-once' })
        async write(@Payload() { id }: Order) {
          await transactions.transaction().query('INSERT INTO effects VALUES ($1)', [id]);
          seen.add(`sql ${id}`);
        }
      }
      const app = await world().application([Listener]);
      const template = app.get(RocketMQTemplate);
      for (const topic of ['redis', 'sql']) for (const id of [1, 1, 2]) await template.send(topic, { id }, { shardingKey: 'one' });
      expect(await received(seen, 4)).toEqual(['redis 1', 'redis 2', 'sql 1', 'sql 2']);
      await app.close();
      expect((await pool.query('SELECT id FROM effects ORDER BY id')).rows).toEqual([{ id: 1 }, { id: 2 }]);
    });

    it('send by an outbox what was committed, in its order', async () => {
      const store = new PostgresOutboxStore({ pool });
      await store.createTable();
      const seen = new Arrivals<number>();
      @Injectable()
      class Listener {
        @RocketMQListener({ ...first, topic: 'outbox', group: 'outbox', concurrency: 1 })
        take({ id }: Order) {
          seen.add(id);
        }
      }
      const app = await world().application([Listener], {}, [RocketMQOutboxModule.forRoot({ store })]);
      const outbox = app.get<RocketMQOutbox<pg.PoolClient>>(RocketMQOutbox);
      const client = await pool.connect();
      for (const [id, end] of [
        [1, 'COMMIT'],
        [2, 'ROLLBACK'],
        [3, 'COMMIT'],
      ] as const) {
        await client.query('BEGIN');
        await outbox.add(client, 'outbox', { id }, { shardingKey: 'one' });
        await client.query(end);
      }
      client.release();
      expect(await inOrder(seen, 2)).toEqual([1, 3]);
      await app.close();
    });
  });
}
