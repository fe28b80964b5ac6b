import { Redis } from 'ioredis';
import { RedisIdempotencyStore } from '../../src/idempotency/redis/index.js';
import { RedisServer } from './redis-server.js';

const entry = (key: string, more: { ttlMs?: number; leaseMs?: number } = {}) => ({
  group: 'g',
  key,
  ttlMs: 60_000,
  leaseMs: 60_000,
  ...more,
});

describe('RedisIdempotencyStore', () => {
  let server: RedisServer;
  let client: Redis;
  let store: RedisIdempotencyStore;

  beforeAll(async () => {
    server = await RedisServer.start();
    client = new Redis(server.port, '127.0.0.1');
    store = new RedisIdempotencyStore({ client });
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  const nothing = () => Promise.resolve();

  it('does a thing once among many that begin at the same time', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => store.run(entry('many'), nothing)));
    expect(results.filter((result) => result === 'ran')).toHaveLength(1);
    expect(await store.run(entry('many'), nothing)).toBe('done');
    expect(await store.run({ ...entry('many'), group: 'other' }, nothing)).toBe('ran');
    const leftMs = await client.pttl('rocketmq:idempotency:g:many');
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(60_000);
  });

  it('knows what is in progress, under its lease', async () => {
    let finish = (): void => undefined;
    const first = store.run(entry('slow', { leaseMs: 30_000 }), () => new Promise((resolve) => (finish = resolve)));
    while ((await client.get('rocketmq:idempotency:g:slow')) === null) await nothing();
    expect(await store.run(entry('slow'), nothing)).toBe('in progress');
    expect(await client.pttl('rocketmq:idempotency:g:slow')).toBeLessThanOrEqual(30_000);
    finish();
    expect(await first).toBe('ran');
  });

  it('releases a key whose handler failed, with the error', async () => {
    await expect(store.run(entry('fails'), () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await client.exists('rocketmq:idempotency:g:fails')).toBe(0);
    expect(await store.run(entry('fails'), nothing)).toBe('ran');
  });

  it.each(['ends well', 'fails'])('leaves a key alone that another one holds by now, when it %s', async (how) => {
    const name = `rocketmq:idempotency:g:lost ${how}`;
    const run = store.run(entry(`lost ${how}`), async () => {
      await client.set(name, 'another');
      if (how === 'fails') throw new Error('failed');
    });
    await run.catch(() => undefined);
    expect(await client.get(name)).toBe('another');
  });
});
