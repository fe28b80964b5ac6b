import type { Codec } from './codec.js';

/**
 * The payload as JSON text in UTF-8, without any envelope, so that producers and consumers in other languages understand it. A Buffer is sent as it
 * is. As in all JSON, a Date becomes text, `undefined` members vanish and a bigint is refused.
 */
export const jsonCodec = {
  encode: (payload: unknown): Buffer => (Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload ?? null))),
  decode: (body: Buffer): unknown => (body.length === 0 ? null : (JSON.parse(body.toString('utf8')) as unknown)),
} satisfies Codec;
