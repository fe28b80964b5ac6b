export { RedisIdempotencyStore, type RedisClient, type RedisIdempotencyOptions } from './redis-idempotency-store.js';
