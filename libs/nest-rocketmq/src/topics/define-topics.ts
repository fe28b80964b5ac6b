import type { Codec } from '../codec/codec.js';
import { jsonCodec } from '../codec/json-codec.js';
import { validated, type SchemaInput, type SchemaOutput, type StandardSchema } from './standard-schema.js';
import { topicRef, type TopicRef } from './topic-ref.js';

/** A type without a schema: checked by the compiler alone. Made by `payloadOf`. */
export interface PayloadType<T> {
  readonly '~payload'?: T;
}

type Shape = PayloadType<unknown> | StandardSchema;

export interface TopicDefinition {
  readonly topic: string;
  readonly tag?: string;
  /** `payloadOf<T>()`, or a Standard Schema (zod, valibot, arktype), which is checked before a send and when a message arrives. */
  readonly payload: Shape;
  /** The same for the answer to a request. */
  readonly reply?: Shape;
  /** Default JSON, whatever the connection uses: both sides of a topic must agree. */
  readonly codec?: Codec;
}

type InOf<S> = S extends StandardSchema ? SchemaInput<S> : S extends PayloadType<infer T> ? T : unknown;
type OutOf<S> = S extends StandardSchema ? SchemaOutput<S> : S extends PayloadType<infer T> ? T : unknown;

/** The topics by the names that `defineTopics` was given. */
export type Topics<D extends Readonly<Record<string, TopicDefinition>>> = {
  readonly [K in keyof D]: TopicRef<InOf<D[K]['payload']>, OutOf<D[K]['payload']>, D[K] extends { reply: infer R } ? OutOf<R> : unknown>;
};

/** The type of a payload, without a check at run time. */
export const payloadOf = <T>(): PayloadType<T> => ({});

/**
 * The contract between producers and consumers, in one place: `template.send(topics.orderPlaced, order)` and
 * `@TopicListener(topics.orderPlaced, { group })` do not compile with another payload.
 */
export function defineTopics<const D extends Readonly<Record<string, TopicDefinition>>>(definitions: D): Topics<D> {
  const refs = Object.entries(definitions).map(([name, definition]) => [name, refOf(definition)] as const);
  return Object.fromEntries(refs) as unknown as Topics<D>;
}

function refOf({ topic, tag, codec = jsonCodec, payload, reply }: TopicDefinition): TopicRef<never, unknown> {
  const where = tag === undefined ? topic : `${topic}:${tag}`;
  const checked = withSchema(codec, payload, where);
  const replies = reply === undefined ? codec : withSchema(codec, reply, `the reply to ${where}`);
  return topicRef({ topic, tag, codec: { ...checked, reply: replies } });
}

const isSchema = (shape: Shape): shape is StandardSchema => '~standard' in shape;

// What travels is what the sender gave, not what the schema makes of it: the receiver's schema reads it again.
function withSchema(codec: Codec, shape: Shape, where: string): Codec {
  if (!isSchema(shape))
    return { encode: (payload, about) => codec.encode(payload, about), decode: (body, about) => codec.decode(body, about) };
  return {
    encode: async (payload, about) => {
      await validated(shape, payload, where);
      return codec.encode(payload, about);
    },
    decode: async (body, message) => validated(shape, await codec.decode(body, message), where),
  };
}
