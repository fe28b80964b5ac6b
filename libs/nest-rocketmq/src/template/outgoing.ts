import type { OutgoingMessage } from 'rocketmq-core/client';
import type { Codec, Encoded } from '../codec/codec.js';
import { isPromise } from '../is-promise.js';
import { placeOf, type Place } from './destination.js';
import type { MessageOptions } from './message-options.js';
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

const NO_KEYS: readonly string[] = [];

/** The message of a draft, its payload encoded: at once, as most codecs do it. @throws what the codec throws */
export function outgoingMessage(
  { destination, payload, options }: Draft,
  connectionCodec: Codec,
): OutgoingMessage | PromiseLike<OutgoingMessage> {
  const place = placeOf(destination);
  const keys = typeof options.keys === 'string' ? [options.keys] : (options.keys ?? NO_KEYS);
  const about = { topic: place.topic, tag: tagOf(place, options), keys };
  const encoded = codecOf(place, options, connectionCodec).encode(payload, about);
  return isPromise(encoded) ? encoded.then((late) => messageOf(place, options, late)) : messageOf(place, options, encoded);
}

const tagOf = (place: Place, options: MessageOptions): string | undefined => place.tag ?? options.tag;

// One object of one shape for all messages: members that are left out, or spread into it, would make it dear for everybody behind.
function messageOf(place: Place, options: MessageOptions, encoded: Encoded): OutgoingMessage {
  const { keys, flag, waitStoreMsgOK, delayLevel, delayMs, deliverAt } = options;
  const isBody = Buffer.isBuffer(encoded);
  return {
    topic: place.topic,
    body: isBody ? encoded : encoded.body,
    tags: tagOf(place, options),
    keys,
    properties: isBody ? options.properties : { ...options.properties, ...encoded.properties },
    flag,
    waitStoreMsgOK,
    delayTimeLevel: delayLevel,
    delayMs,
    deliverAt,
  };
}

export const codecOf = ({ codec }: Place, options: MessageOptions, connectionCodec: Codec): Codec =>
  options.codec ?? codec ?? connectionCodec;
