/** Turns what an application hands over into a message body and back. */
export interface Codec {
  encode(payload: unknown): Buffer;
  /** May throw: the message then counts as failed, and the error names it. */
  decode(body: Buffer): unknown;
}

/**
 * The payload as JSON text in UTF-8, without any envelope, so that producers and consumers in other languages understand it. A Buffer is sent as it
 * is. As in all JSON, a Date becomes text, `undefined` members vanish and a bigint is refused.
 */
export const jsonCodec: Codec = {
  encode: (payload) => (Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload ?? null))),
  decode: (body) => (body.length === 0 ? null : (JSON.parse(body.toString('utf8')) as unknown)),
};

/** The body as it is: a Buffer on the way in; a Buffer or text on the way out. */
export const rawCodec: Codec = {
  encode: (payload) => {
    if (Buffer.isBuffer(payload)) return payload;
    if (typeof payload === 'string') return Buffer.from(payload);
    throw new TypeError('the raw codec sends a Buffer or a string');
  },
  decode: (body) => body,
};
