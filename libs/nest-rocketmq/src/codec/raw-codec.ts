import type { Codec } from './codec.js';

/** The body as it is: a Buffer on the way in; bytes or text on the way out. */
export const rawCodec = {
  encode: (payload: unknown): Buffer => {
    if (payload instanceof Uint8Array) return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    if (typeof payload === 'string') return Buffer.from(payload);
    throw new TypeError('the raw codec sends a Buffer or a string');
  },
  decode: (body: Buffer): Buffer => body,
} satisfies Codec;
