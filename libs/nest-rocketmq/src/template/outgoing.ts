import type { OutgoingMessage } from 'rocketmq-core/client';
import type { Codec } from '../codec/codec.js';
import { placeOf, type Place } from './destination.js';
import { attributesOf, type MessageOptions } from './message-options.js';
import { isRocketMQRecord } from './rocketmq-record.js';

/** A payload on its way: what to send where, with the options of the record and of the call. */
export interface Draft {
  readonly destination: string | Place;
  readonly payload: unknown;
  readonly options: MessageOptions;
}

/** Takes a record apart; what the call says counts more than what the record says. */
export function draftOf(destination: string | Place, payload: unknown, options: MessageOptions = {}): Draft {
  if (!isRocketMQRecord(payload)) return { destination, payload, options };
  const properties = { ...payload.options.properties, ...options.properties };
  return { destination, payload: payload.payload, options: { ...payload.options, ...options, properties } };
}

/** The message of a draft, its payload encoded. */
export async function outgoingMessage({ destination, payload, options }: Draft, connectionCodec: Codec): Promise<OutgoingMessage> {
  const place = placeOf(destination);
  const { topic, tag = options.tag } = place;
  const keys = typeof options.keys === 'string' ? [options.keys] : (options.keys ?? []);
  const encoded = await codecOf(place, options, connectionCodec).encode(payload, { topic, tag, keys });
  const { body, properties } = Buffer.isBuffer(encoded) ? { body: encoded, properties: {} } : encoded;
  const all = { ...options.properties, ...properties };
  return {
    ...attributesOf(options),
    topic,
    body,
    ...(tag === undefined ? {} : { tags: tag }),
    ...(Object.keys(all).length === 0 ? {} : { properties: all }),
  };
}

export const codecOf = ({ codec }: Place, options: MessageOptions, connectionCodec: Codec): Codec =>
  options.codec ?? codec ?? connectionCodec;
