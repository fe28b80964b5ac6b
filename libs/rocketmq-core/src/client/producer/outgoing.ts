import {
  batchItemSize,
  type BatchItem,
  compress,
  encodeBatchBody,
  isReservedProperty,
  isSendableTopic,
  printProperties,
  PROPERTIES_SIZE_MAX,
  propertyItem,
  PropertyName,
  propertyProblem,
  topicProblem,
  withCompression,
} from '../../protocol/index.js';
import type { ProducerSettings } from '../config/producer-options.js';
import { InvalidInput } from '../errors.js';
import type { OutgoingMessage } from '../message-types.js';
import { delayProperty } from './delay-properties.js';
import { replyProperties } from './reply-properties.js';

/** A message that may go onto the wire: checked, with its id. */
export interface CheckedMessage {
  readonly topic: string;
  readonly messageId: string;
  readonly flag: number;
  readonly body: Buffer;
  /** The property text. */
  readonly properties: string;
  readonly waitStoreMsgOK: boolean;
  /** Whether it answers a request. */
  readonly reply: boolean;
  readonly delayed: boolean;
}

/** What a request carries; the same for all its attempts. */
export interface Payload {
  readonly topic: string;
  readonly flag: number;
  readonly sysFlag: number;
  readonly properties: string;
  readonly body: Buffer;
  readonly batch: boolean;
  readonly reply?: boolean;
  readonly reconsumeTimes: number;
  readonly maxReconsumeTimes?: number | undefined;
}

export interface CheckOptions {
  /** Largest body, bytes. */
  readonly maxMessageSize: number;
  readonly messageId: string;
  readonly shardingKey?: string | undefined;
  /** Properties that only RocketMQ itself may set. */
  readonly system?: Iterable<readonly [name: string, value: string]> | undefined;
}

/** @throws InvalidInput */
export function checkMessage(message: OutgoingMessage, { maxMessageSize, messageId, shardingKey, system }: CheckOptions): CheckedMessage {
  const { topic } = message;
  checkTopic(topic);
  const body = checkedBody(message.body, maxMessageSize);
  const flag = message.flag ?? 0;
  if ((flag | 0) !== flag) throw new InvalidInput('flag', `flag ${flag} is not an int32`);
  const waitStoreMsgOK = message.waitStoreMsgOK ?? true;
  let properties = propertiesOf(message) + propertyItem(PropertyName.WAIT, waitStoreMsgOK ? 'true' : 'false');
  if (shardingKey !== undefined) properties += checkedItem(PropertyName.SHARDING_KEY, shardingKey, 'shardingKey');
  const delay = delayProperty(message);
  if (delay !== undefined) properties += propertyItem(...delay);
  if (system !== undefined) for (const [name, value] of system) properties += propertyItem(name, value);
  if (message.replyTo !== undefined)
    for (const [name, value] of replyProperties(message.replyTo)) properties += checkedItem(name, value, 'replyTo');
  properties += propertyItem(PropertyName.UNIQ_KEY, messageId);
  checkPropertiesSize(properties);
  return { topic, messageId, flag, body, properties, waitStoreMsgOK, reply: message.replyTo !== undefined, delayed: delay !== undefined };
}

function checkPropertiesSize(text: string): void {
  // No character takes more than three bytes.
  if (text.length * 3 <= PROPERTIES_SIZE_MAX) return;
  const size = Buffer.byteLength(text);
  if (size > PROPERTIES_SIZE_MAX)
    throw new InvalidInput('properties', `the properties take ${size} bytes, at most ${PROPERTIES_SIZE_MAX} are allowed`);
}

function checkTopic(topic: string): void {
  const problem = topicProblem(topic);
  if (problem !== undefined) throw new InvalidInput('topic', problem);
  if (!isSendableTopic(topic)) throw new InvalidInput('topic', `nobody may send to the system topic ${topic}`);
}

function checkedBody(given: Uint8Array | string, sizeMax: number): Buffer {
  const body = bufferOf(given);
  if (body.length === 0) throw new InvalidInput('body', 'the body is empty');
  if (body.length > sizeMax) throw new InvalidInput('body', `the body has ${body.length} bytes, at most ${sizeMax} are allowed`);
  return body;
}

function bufferOf(given: Uint8Array | string): Buffer {
  if (Buffer.isBuffer(given)) return given;
  return typeof given === 'string' ? Buffer.from(given) : Buffer.from(given.buffer, given.byteOffset, given.byteLength);
}

/** No name comes twice: an application may not use those of RocketMQ. */
function propertiesOf(message: OutgoingMessage): string {
  let text = message.properties === undefined ? '' : ownProperties(message.properties);
  const keys = keysText(message.keys);
  if (keys !== '') text += checkedItem(PropertyName.KEYS, keys, 'keys');
  if (message.tags !== undefined && message.tags !== '') text += checkedItem(PropertyName.TAGS, message.tags, 'tags');
  return text;
}

function ownProperties(given: NonNullable<OutgoingMessage['properties']>): string {
  const own = given instanceof Map ? (given as ReadonlyMap<string, string>) : Object.entries(given as Readonly<Record<string, string>>);
  let text = '';
  for (const [name, value] of own) {
    if (isReservedProperty(name)) throw new InvalidInput('properties', `the property name ${name} is used by RocketMQ itself`);
    text += checkedItem(name, value, 'properties');
  }
  return text;
}

function keysText(keys: OutgoingMessage['keys']): string {
  if (keys === undefined || typeof keys === 'string') return keys ?? '';
  const broken = keys.find((key) => key === '' || key.includes(' '));
  if (broken !== undefined)
    throw new InvalidInput('keys', `the key ${JSON.stringify(broken)} is empty or contains a space, which separates keys`);
  return keys.join(' ');
}

function checkedItem(name: string, value: string, field: string): string {
  const problem = propertyProblem(name, value);
  if (problem !== undefined) throw new InvalidInput(field, problem);
  return propertyItem(name, value);
}

export type CompressionSettings = Pick<ProducerSettings, 'compressMsgBodyOverHowmuch' | 'compressType' | 'compressLevel'>;

/** One message as a request. */
export function singlePayload(message: CheckedMessage, settings: CompressionSettings): Payload {
  const { topic, flag, properties, reply } = message;
  const { body, sysFlag } = compressed(message.body, settings);
  return { topic, flag, sysFlag, properties, body, batch: false, reply, reconsumeTimes: 0, maxReconsumeTimes: undefined };
}

function compressed(body: Buffer, settings: CompressionSettings): Pick<Payload, 'body' | 'sysFlag'> {
  if (body.length < settings.compressMsgBodyOverHowmuch) return { body, sysFlag: 0 };
  const smaller = compress(body, settings.compressType, settings.compressLevel);
  // A body that does not shrink (a picture, an archive) would only cost every consumer the time to decompress it.
  return smaller.length < body.length ? { body: smaller, sysFlag: withCompression(0, settings.compressType) } : { body, sysFlag: 0 };
}

const batchItem = ({ flag, body, properties }: CheckedMessage): BatchItem => ({ flag, body, properties });

/** Bytes that a message takes in a batch. */
export const sizeInBatch = (message: CheckedMessage): number => batchItemSize(batchItem(message));

/**
 * Several messages of one topic as a request. Bodies in a batch are never compressed.
 * @param messages not empty, of one topic and one `waitStoreMsgOK`
 */
export function batchPayload(messages: readonly CheckedMessage[], envelopeId: string): Payload {
  const [first] = messages;
  const properties = printProperties(
    new Map([
      [PropertyName.WAIT, String(first?.waitStoreMsgOK ?? true)],
      [PropertyName.UNIQ_KEY, envelopeId],
    ]),
  );
  const body = encodeBatchBody(messages.map(batchItem));
  return { topic: first?.topic ?? '', flag: 0, sysFlag: 0, properties, body, batch: true, reconsumeTimes: 0 };
}
