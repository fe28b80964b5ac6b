import { crc32, isProtocolViolation, ProtocolViolation, readInt64, SAFE_MAX, saturate } from '../../base/index.js';
import { decompress } from './compression.js';
import type { HostAddress, MessageExt } from './message.js';
import { parseProperties, propertyOf } from './properties.js';
import { PropertyName } from './property-name.js';
import { BLANK_SIZE_MIN, MAGIC_BLANK, MAGIC_V1, MAGIC_V2, PROPERTY_CRC_SIZE, RECORD_SIZE_MIN, RecordPosition } from './record.js';
import { compressionType, isCompressed, SysFlag, withoutCompression } from './sys-flags.js';

// Most readers want two or three of the fields, and a consumer reads hundreds of thousands of records a second: what is not asked for costs nothing.
/**
 * A record whose lengths all fit, which is a message as it stands. Its parts are read when they are asked for, so the buffer must not be written to
 * while somebody keeps the record. A copy is made by name: spreading it copies none of the parts.
 */
export class InspectedRecord implements MessageExt {
  readonly kind = 'record';
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly sysFlag: number;
  private text: string | undefined;
  private map: Map<string, string> | undefined;
  private bodyView: Buffer | undefined;

  constructor(
    private readonly buffer: Buffer,
    /** Position of the record in its buffer. */
    readonly position: number,
    /** Size of the record in bytes. */
    readonly size: number,
    private readonly parts: RecordParts,
  ) {
    this.queueOffset = readInt64(buffer, position + RecordPosition.queueOffset);
    this.physicalOffset = readInt64(buffer, position + RecordPosition.physicalOffset);
    this.sysFlag = buffer.readInt32BE(position + RecordPosition.sysFlag);
  }

  get storeSize(): number {
    return this.size;
  }
  get queueId(): number {
    return this.buffer.readInt32BE(this.position + RecordPosition.queueId);
  }
  get flag(): number {
    return this.buffer.readInt32BE(this.position + RecordPosition.flag);
  }
  get bornTimestamp(): number {
    return saturate(readInt64(this.buffer, this.position + RecordPosition.bornTimestamp));
  }
  get bodyCrc(): number {
    return this.buffer.readInt32BE(this.position + RecordPosition.bodyCrc);
  }
  get bornHost(): HostAddress {
    return this.hostAt(this.position + RecordPosition.bornHost, SysFlag.BORN_HOST_V6);
  }
  get storeTimestamp(): number {
    return saturate(readInt64(this.buffer, this.parts.storeTimestampAt));
  }
  get storeHost(): HostAddress {
    return this.hostAt(this.parts.storeTimestampAt + 8, SysFlag.STORE_HOST_V6);
  }
  get reconsumeTimes(): number {
    return this.buffer.readInt32BE(this.parts.bodyAt - 16);
  }
  get preparedTransactionOffset(): number {
    return saturate(readInt64(this.buffer, this.parts.bodyAt - 12));
  }
  /** A view, the same one every time. Compressed when the sysFlag says so. */
  get body(): Buffer {
    return (this.bodyView ??= this.buffer.subarray(this.parts.bodyAt, this.parts.bodyAt + this.parts.bodySize));
  }
  get bodySize(): number {
    return this.parts.bodySize;
  }
  get topic(): string {
    return this.buffer.toString('utf8', this.parts.topicAt, this.parts.propertiesAt - 2);
  }
  /** The property text as stored. */
  get propertiesText(): string {
    return (this.text ??= this.buffer.toString('utf8', this.parts.propertiesAt, this.position + this.size));
  }
  get properties(): ReadonlyMap<string, string> {
    return (this.map ??= parseProperties(this.propertiesText));
  }
  property(name: string): string | undefined {
    return propertyOf(this.propertiesText, name);
  }
  get tags(): string | undefined {
    return this.property(PropertyName.TAGS);
  }
  get keys(): string | undefined {
    return this.property(PropertyName.KEYS);
  }
  get uniqueKey(): string | undefined {
    return this.property(PropertyName.UNIQ_KEY);
  }
  /** The record's bytes: a view. */
  get bytes(): Buffer {
    return this.buffer.subarray(this.position, this.position + this.size);
  }

  private hostAt(at: number, v6Bit: number): HostAddress {
    const ipEnd = at + ((this.sysFlag & v6Bit) === 0 ? 4 : 16);
    return { ip: this.buffer.subarray(at, ipEnd), port: this.buffer.readInt32BE(ipEnd) };
  }
}

/** Positions in the buffer. */
interface RecordParts {
  readonly storeTimestampAt: number;
  readonly bodyAt: number;
  readonly bodySize: number;
  readonly topicAt: number;
  readonly propertiesAt: number;
}

/** What lies at a position of the log. */
export type Inspection =
  | InspectedRecord
  /** The unused tail of a segment; `size` leads to its end, which may lie outside the buffer. */
  | { readonly kind: 'blank'; readonly size: number }
  /** Zeros: nothing was written here. */
  | { readonly kind: 'end' }
  /** The buffer ends before the head (`size` 8) or the record does. */
  | { readonly kind: 'partial'; readonly size: number }
  | { readonly kind: 'damaged'; readonly reason: string };

export interface InspectOptions {
  /** Where the record lies in the log: its own offset must say the same. */
  readonly physicalOffset?: number;
  /** Verify the body's checksum, and `__CRC32#` where a record has it. */
  readonly checkCrc?: boolean;
  /** Larger records are damaged ones, never partial. Bytes. */
  readonly sizeMax?: number;
}

const damaged = (reason: string): Inspection => ({ kind: 'damaged', reason });

/** Total: says something about any bytes, and reads none beyond the buffer. */
export function inspectRecord(buffer: Buffer, position: number, options: InspectOptions = {}): Inspection {
  const available = buffer.length - position;
  if (available < 8) return { kind: 'partial', size: 8 };
  const size = buffer.readInt32BE(position);
  const magic = buffer.readInt32BE(position + RecordPosition.magic);
  if (magic !== MAGIC_V1 && magic !== MAGIC_V2) return withoutRecord(size, magic);
  if (size < RECORD_SIZE_MIN || size > (options.sizeMax ?? Infinity)) return damaged(`record of ${size} bytes`);
  if (size > available) return { kind: 'partial', size };

  const parts = measure(buffer, position, position + size, magic === MAGIC_V2);
  if (typeof parts === 'string') return damaged(parts);
  const record = new InspectedRecord(buffer, position, size, parts);
  const problem = problemOf(record, options);
  return problem === undefined ? record : damaged(problem);
}

function withoutRecord(size: number, magic: number): Inspection {
  if (magic === 0 && size === 0) return { kind: 'end' };
  if (magic !== MAGIC_BLANK) return damaged(`magic 0x${(magic >>> 0).toString(16)}`);
  return size < BLANK_SIZE_MIN ? damaged(`blank tail of ${size} bytes`) : { kind: 'blank', size };
}

/** Walks the lengths from the head to `end`, which they must meet exactly. @returns the first length that does not fit */
function measure(buffer: Buffer, position: number, end: number, isV2: boolean): RecordParts | string {
  const sysFlag = buffer.readInt32BE(position + RecordPosition.sysFlag);
  const storeTimestampAt = position + RecordPosition.bornHost + ((sysFlag & SysFlag.BORN_HOST_V6) === 0 ? 8 : 20);
  const bodyAt = storeTimestampAt + 8 + ((sysFlag & SysFlag.STORE_HOST_V6) === 0 ? 8 : 20) + 16;
  if (bodyAt + 3 > end) return 'the record ends in its hosts';
  const bodySize = buffer.readInt32BE(bodyAt - 4);
  const topicSizeAt = bodyAt + bodySize;
  const topicAt = topicSizeAt + (isV2 ? 2 : 1);
  if (bodySize < 0 || topicAt > end) return `body of ${bodySize} bytes`;
  const topicSize = isV2 ? buffer.readInt16BE(topicSizeAt) : buffer.readInt8(topicSizeAt);
  const propertiesAt = topicAt + topicSize + 2;
  if (topicSize <= 0 || propertiesAt > end) return `topic of ${topicSize} bytes`;
  const propertiesSize = buffer.readInt16BE(propertiesAt - 2);
  if (propertiesSize < 0 || propertiesAt + propertiesSize !== end) return `properties of ${propertiesSize} bytes`;
  return { storeTimestampAt, bodyAt, bodySize, topicAt, propertiesAt };
}

function problemOf(record: InspectedRecord, { physicalOffset, checkCrc }: InspectOptions): string | undefined {
  if (record.queueOffset < 0 || record.queueOffset > SAFE_MAX) return `queue offset ${record.queueOffset}`;
  if (record.physicalOffset < 0 || record.physicalOffset > SAFE_MAX) return `physical offset ${record.physicalOffset}`;
  if (physicalOffset !== undefined && record.physicalOffset !== physicalOffset) {
    return `physical offset ${record.physicalOffset} at ${physicalOffset}`;
  }
  if (checkCrc !== true) return undefined;
  // As Java: a record without a body carries whatever checksum its writer had.
  if (record.body.length > 0 && crc32(record.body) !== record.bodyCrc) return 'the body does not match its checksum';
  return propertyCrcMatches(record) ? undefined : 'the record does not match its property checksum';
}

// Told by its bytes and place, not by the parsed properties: damage in front of it must not hide it.
/** The checksum covers the record without its last item, which is the checksum. */
function propertyCrcMatches(record: InspectedRecord): boolean {
  const { bytes } = record;
  const start = bytes.length - PROPERTY_CRC_SIZE;
  const item = bytes.toString('latin1', start);
  if (!item.startsWith(`${PropertyName.CRC32}\u0001`) || !item.endsWith('\u0002')) return true;
  return crc32(bytes.subarray(0, start)) === Number([...item.slice(-11, -1)].reverse().join(''));
}

export interface DecodeOptions {
  /** Decompresses bodies up to this many bytes. A body that does not decompress stays as it is, with its flag set. */
  readonly decompressMax?: number;
  readonly checkCrc?: boolean;
}

/** @throws ProtocolViolation */
export function decodeRecord(buffer: Buffer, position = 0, options: DecodeOptions = {}): MessageExt {
  return toMessage(recordIn(buffer, position, options), options);
}

/** @throws ProtocolViolation when there is none */
function recordIn(buffer: Buffer, position: number, options: InspectOptions): InspectedRecord {
  const inspection = inspectRecord(buffer, position, options);
  if (inspection.kind === 'record') return inspection;
  const reason = inspection.kind === 'damaged' ? inspection.reason : inspection.kind;
  throw new ProtocolViolation(`no message at byte ${position} of ${buffer.length}: ${reason}`);
}

/**
 * The messages of a pull or query answer, which lie back to back. Their bodies are views of the buffer.
 * @throws ProtocolViolation when anything else than whole records is in it
 */
export function decodeRecords(buffer: Buffer, options: DecodeOptions = {}): MessageExt[] {
  const messages: MessageExt[] = [];
  for (let at = 0; at < buffer.length;) {
    const message = decodeRecord(buffer, at, options);
    messages.push(message);
    at += message.storeSize;
  }
  return messages;
}

/**
 * As `decodeRecords`, but each message is read from the buffer when it is asked for its parts: the buffer must not be written to afterwards.
 * @throws ProtocolViolation when anything else than whole records is in it
 */
export function readRecords(buffer: Buffer): InspectedRecord[] {
  const records: InspectedRecord[] = [];
  for (let at = 0; at < buffer.length;) {
    const record = recordIn(buffer, at, {});
    records.push(record);
    at += record.size;
  }
  return records;
}

function toMessage(record: InspectedRecord, options: DecodeOptions): MessageExt {
  const plain = options.decompressMax === undefined ? undefined : decompressed(record, options.decompressMax);
  return {
    topic: record.topic,
    queueId: record.queueId,
    queueOffset: record.queueOffset,
    physicalOffset: record.physicalOffset,
    storeSize: record.size,
    flag: record.flag,
    sysFlag: plain === undefined ? record.sysFlag : withoutCompression(record.sysFlag),
    bornTimestamp: record.bornTimestamp,
    bornHost: record.bornHost,
    storeTimestamp: record.storeTimestamp,
    storeHost: record.storeHost,
    bodyCrc: record.bodyCrc,
    reconsumeTimes: record.reconsumeTimes,
    preparedTransactionOffset: record.preparedTransactionOffset,
    body: plain ?? record.body,
    bodySize: record.bodySize,
    properties: parseProperties(record.propertiesText),
  };
}

/** @returns undefined when the body is not compressed or cannot be decompressed: one bad message must not hide its neighbours */
function decompressed(record: InspectedRecord, sizeMax: number): Buffer | undefined {
  const type = isCompressed(record.sysFlag) ? compressionType(record.sysFlag) : undefined;
  if (type === undefined) return undefined;
  try {
    return decompress(record.body, type, sizeMax);
  } catch (error) {
    if (isProtocolViolation(error)) return undefined;
    throw error;
  }
}
