import { randomUUID } from 'node:crypto';
import type { IdempotencyEntry, IdempotencyResult, IdempotencyStore } from '../idempotency-store.js';

/** What is needed of a client of Redis: an `ioredis` client fits as it is. */
export interface RedisClient {
  set(key: string, value: string, px: 'PX', ttlMs: number, nx: 'NX'): Promise<string | null>;
  get(key: string): Promise<string | null>;
  eval(script: string, keyCount: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
}

export interface RedisIdempotencyOptions {
  readonly client: RedisClient;
  /** Before every key. Default `rocketmq:idempotency:`. */
  readonly prefix?: string;
}

const DONE = 'done';
const PREFIX = 'rocketmq:idempotency:';

// Only whoever holds the key may change it: its lease may be over and another one at it.
const FINISH = `if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3]) return 1 end return 0`;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

/**
 * Remembers in Redis, for all processes: `SET key token PX lease NX` before the handler, `done` for `ttlMs` after it, released when it fails.
 *
 * A process that dies in between leaves the key until its lease is over; then the handler runs again. A handler that outlives its lease, and a Redis
 * that loses its last writes, let it run twice.
 */
export class RedisIdempotencyStore implements IdempotencyStore {
  private readonly client: RedisClient;
  private readonly prefix: string;

  constructor({ client, prefix = PREFIX }: RedisIdempotencyOptions) {
    this.client = client;
    this.prefix = prefix;
  }

  async run({ group, key, ttlMs, leaseMs }: IdempotencyEntry, work: () => Promise<void>): Promise<IdempotencyResult> {
    const name = `${this.prefix}${group}:${key}`;
    const token = randomUUID();
    if ((await this.client.set(name, token, 'PX', leaseMs, 'NX')) === null) {
      return (await this.client.get(name)) === DONE ? 'done' : 'in progress';
    }
    try {
      await work();
    } catch (error) {
      await this.release(name, token);
      throw error;
    }
    await this.client.eval(FINISH, 1, name, token, DONE, Math.ceil(ttlMs));
    return 'ran';
  }

  private async release(name: string, token: string): Promise<void> {
    try {
      await this.client.eval(RELEASE, 1, name, token);
    } catch {
      // The lease ends by itself, and the error of the handler is the one that matters.
    }
  }
}
