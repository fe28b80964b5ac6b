// THE record: how a message lies in the commit log and in the bodies of pull, query and view answers. No other file knows these positions.
//
//     0        4        8        12       16       20           28           36       40           48
//     | size   | magic  | crc    | queue  | flag   | queueOffset| physical   | sysFlag| bornTime   | bornHost 8 | 20
//     + 8 storeTime + 8 | 20 storeHost + 4 reconsumeTimes + 8 preparedTransactionOffset
//     + 4 bodySize + body + 1 (V1) | 2 (V2) topicSize + topic + 2 propertiesSize + properties
//
// Big-endian. A host is an IP of 4 or 16 bytes (sysFlag bits 4 and 5) and an int32 port. See docs/formats/record.md.
import { assert, crc32, readInt64, saturate, writeInt32, writeInt64 } from '../../base/index.js';
import type { HostAddress } from './message.js';
import { PROPERTIES_SIZE_MAX } from './properties.js';
import { PropertyName } from './property-name.js';
import { SysFlag } from './sys-flags.js';

export const MAGIC_V1 = 0xdaa320a7 | 0;
/** Written when the topic has more than 127 bytes: its length is an int16 then. */
export const MAGIC_V2 = 0xdaa320ab | 0;
/** Marks the unused tail of a segment. */
export const MAGIC_BLANK = 0xcbd43194 | 0;
/** Size and magic: what a blank tail needs at least, so every record leaves that much in its segment. */
export const BLANK_SIZE_MIN = 8;

/** Byte positions from the start of the record. What follows the born host has none: its size varies. */
export const RecordPosition = {
  size: 0,
  magic: 4,
  bodyCrc: 8,
  queueId: 12,
  flag: 16,
  queueOffset: 20,
  physicalOffset: 28,
  sysFlag: 36,
  bornTimestamp: 40,
  bornHost: 48,
} as const;

/** Everything but hosts, body, topic and properties; the topic length byte is not in it. */
const FIXED_SIZE = 48 + 8 + 4 + 8 + 4 + 2;
/** Size of a record with IPv4 hosts, a topic of one byte and neither body nor properties. */
export const RECORD_SIZE_MIN = FIXED_SIZE + 8 + 8 + 1 + 1;
const V1_TOPIC_SIZE_MAX = 127;
/** `__CRC32#` 0x01, ten digits, 0x02. */
export const PROPERTY_CRC_SIZE = 20;
const VALUE_END = 2;
/** Of one UTF-16 unit. */
const UTF8_BYTES_MAX = 3;

/** What is decided before a record has its place in the log. A store's message draft is one. */
export interface RecordContent {
  readonly topic: string;
  readonly queueId: number;
  readonly flag: number;
  /** The two bits for IPv6 hosts are set from the hosts, whatever they say here. */
  readonly sysFlag: number;
  readonly bornTimestamp: number;
  readonly bornHost: HostAddress;
  readonly storeHost: HostAddress;
  readonly reconsumeTimes: number;
  readonly preparedTransactionOffset: number;
  readonly body: Buffer;
  /** The property text as stored. */
  readonly properties: string;
}

export interface RecordPlace {
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly storeTimestamp: number;
  /** Adds the property `__CRC32#` over the whole record. As Java: enabledAppendPropCRC. */
  readonly appendPropertyCrc?: boolean;
}

const hostSize = (host: HostAddress) => host.ip.length + 4;
const needsValueEnd = (properties: string) => properties !== '' && properties.charCodeAt(properties.length - 1) !== VALUE_END;
const propertyCrcSize = (properties: string) => PROPERTY_CRC_SIZE + (needsValueEnd(properties) ? 1 : 0);

/** Size of the record in bytes. */
export function recordSize(content: RecordContent, appendPropertyCrc = false): number {
  const topicSize = Buffer.byteLength(content.topic);
  return (
    FIXED_SIZE +
    hostSize(content.bornHost) +
    hostSize(content.storeHost) +
    content.body.length +
    (topicSize > V1_TOPIC_SIZE_MAX ? 2 : 1) +
    topicSize +
    Buffer.byteLength(content.properties) +
    (appendPropertyCrc ? propertyCrcSize(content.properties) : 0)
  );
}

/** As `recordSize` or more: counted without a look at the characters. */
export function recordSizeBound(content: RecordContent, appendPropertyCrc = false): number {
  const { bornHost, storeHost, topic, body, properties } = content;
  const texts = 2 + UTF8_BYTES_MAX * (topic.length + properties.length) + (appendPropertyCrc ? PROPERTY_CRC_SIZE + 1 : 0);
  return FIXED_SIZE + hostSize(bornHost) + hostSize(storeHost) + body.length + texts;
}

/**
 * Why the content cannot become a record; undefined when it can. As Java: MessageExtEncoder answers MESSAGE_ILLEGAL or PROPERTIES_SIZE_EXCEEDED.
 * @param limits body size in bytes; the record may have 64 KiB more
 */
export function recordProblem(content: RecordContent, limits: { bodySizeMax: number; appendPropertyCrc?: boolean }): string | undefined {
  if (content.body.length > limits.bodySizeMax)
    return `the body has ${content.body.length} bytes, at most ${limits.bodySizeMax} are allowed`;
  if (content.topic === '') return 'the topic is empty';
  if (longerThan(content.topic, PROPERTIES_SIZE_MAX)) return 'the topic is too long';
  const spare = limits.appendPropertyCrc === true ? propertyCrcSize(content.properties) : 0;
  if (longerThan(content.properties, PROPERTIES_SIZE_MAX - spare)) return `the properties have more than ${PROPERTIES_SIZE_MAX} bytes`;
  return undefined;
}

// Most texts are short: their bytes need not be counted.
const longerThan = (text: string, sizeMax: number) => text.length * UTF8_BYTES_MAX > sizeMax && Buffer.byteLength(text) > sizeMax;

// The append path calls this thousands of times per turn: it writes into the caller's buffer and allocates nothing.
/**
 * Writes the record at `at`. The content must have passed `recordProblem` and `target` must have room for `recordSize` bytes.
 * @returns the size written
 */
export function encodeRecord(target: Buffer, at: number, content: RecordContent, place: RecordPlace): number {
  let end = encodeHead(target, at, content, place);
  const { body } = content;
  writeInt32(target, body.length, end);
  target.set(body, end + 4);
  end = writeTopic(target, end + 4 + body.length, content.topic);
  const isV2 = end < 0;
  if (isV2) end = -end;
  writeInt32(target, isV2 ? MAGIC_V2 : MAGIC_V1, at + RecordPosition.magic);

  const propertiesAt = end + 2;
  end = writeText(target, propertiesAt, content.properties);
  if (place.appendPropertyCrc === true) {
    if (needsValueEnd(content.properties)) end = target.writeUInt8(VALUE_END, end);
    end += PROPERTY_CRC_SIZE;
  }
  const propertiesSize = end - propertiesAt;
  assert(propertiesSize <= PROPERTIES_SIZE_MAX && end <= target.length, 'a record was encoded that is no legal one or has no room');
  target.writeInt16BE(propertiesSize, propertiesAt - 2);
  writeInt32(target, end - at, at + RecordPosition.size);
  if (place.appendPropertyCrc === true) writePropertyCrc(target, at, end);
  return end - at;
}

/** Size and magic stay open: they depend on what follows. @returns the position of the body length */
function encodeHead(target: Buffer, at: number, content: RecordContent, place: RecordPlace): number {
  writeInt32(target, crc32(content.body), at + RecordPosition.bodyCrc);
  writeInt32(target, content.queueId, at + RecordPosition.queueId);
  writeInt32(target, content.flag, at + RecordPosition.flag);
  writeInt64(target, place.queueOffset, at + RecordPosition.queueOffset);
  writeInt64(target, place.physicalOffset, at + RecordPosition.physicalOffset);
  writeInt32(target, sysFlagWithHosts(content), at + RecordPosition.sysFlag);
  writeInt64(target, content.bornTimestamp, at + RecordPosition.bornTimestamp);
  let end = writeHost(target, at + RecordPosition.bornHost, content.bornHost);
  writeInt64(target, place.storeTimestamp, end);
  end = writeHost(target, end + 8, content.storeHost);
  writeInt32(target, content.reconsumeTimes, end);
  writeInt64(target, content.preparedTransactionOffset, end + 4);
  return end + 12;
}

function sysFlagWithHosts(content: RecordContent): number {
  const others = content.sysFlag & ~(SysFlag.BORN_HOST_V6 | SysFlag.STORE_HOST_V6);
  return (
    others | (content.bornHost.ip.length === 4 ? 0 : SysFlag.BORN_HOST_V6) | (content.storeHost.ip.length === 4 ? 0 : SysFlag.STORE_HOST_V6)
  );
}

function writeHost(target: Buffer, at: number, host: HostAddress): number {
  const size = host.ip.length;
  if (size === 4) writeInt32(target, host.ip.readInt32BE(0), at);
  else {
    assert(size === 16, 'an IP address has 4 or 16 bytes');
    target.set(host.ip, at);
  }
  return writeInt32(target, host.port, at + size);
}

/** @returns the position after the topic, negated when its length took two bytes */
function writeTopic(target: Buffer, at: number, topic: string): number {
  const end = writeText(target, at + 1, topic);
  const size = end - at - 1;
  if (size <= V1_TOPIC_SIZE_MAX) {
    target.writeInt8(size, at);
    return end;
  }
  target.writeInt16BE(size, at);
  return -writeText(target, at + 2, topic);
}

function writeText(target: Buffer, at: number, text: string): number {
  if (text === '') return at;
  const end = at + target.write(text, at);
  // `write` stops silently at the end of the buffer, before a character that does not fit.
  if (target.length - end < 4) assert(end - at === Buffer.byteLength(text), 'a record was encoded into too small a buffer');
  return end;
}

/** The decimal digits stand in reverse order. As Java: MessageDecoder.createCrc32. */
function writePropertyCrc(target: Buffer, start: number, end: number): void {
  const at = end - PROPERTY_CRC_SIZE;
  const digits = String(crc32(target.subarray(start, at)));
  const reversed = [...digits.padStart(10, '0')].reverse().join('');
  target.write(`${PropertyName.CRC32}\u0001${reversed}\u0002`, at, 'latin1');
}

export function patchQueueOffset(record: Buffer, at: number, queueOffset: number): void {
  writeInt64(record, queueOffset, at + RecordPosition.queueOffset);
}

export function patchPhysicalOffset(record: Buffer, at: number, physicalOffset: number): void {
  writeInt64(record, physicalOffset, at + RecordPosition.physicalOffset);
}

/** Bytes from the start of a record in which its store time lies, whatever its hosts are. */
export const RECORD_HEAD_SIZE = RecordPosition.bornHost + 20 + 8;

function storeTimestampAt(record: Buffer, at: number): number {
  const bornHostV6 = (record.readInt32BE(at + RecordPosition.sysFlag) & SysFlag.BORN_HOST_V6) !== 0;
  return at + RecordPosition.bornHost + (bornHostV6 ? 20 : 8);
}

/** @param head at least the first RECORD_HEAD_SIZE bytes of a record, from `at` on */
export function recordStoreTimestamp(head: Buffer, at = 0): number {
  return saturate(readInt64(head, storeTimestampAt(head, at)));
}

export function patchStoreTimestamp(record: Buffer, at: number, storeTimestamp: number): void {
  writeInt64(record, storeTimestamp, storeTimestampAt(record, at));
}

/** Marks the rest of a segment as unused: `size` bytes from `at` to its end, of which only the first 8 are written. */
export function writeBlank(target: Buffer, at: number, size: number): void {
  assert(size >= BLANK_SIZE_MIN, 'a segment tail has room for its blank mark');
  target.writeInt32BE(size, at);
  target.writeInt32BE(MAGIC_BLANK, at + 4);
}
