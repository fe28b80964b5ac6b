import { readInt64, SAFE_MAX, writeInt64 } from '../../base/index.js';
import type { HostAddress } from './message.js';

// Offset id: IP 4 | 16, port int32, physical offset int64 -> upper-case hex, 32 or 56 characters. Clients dial the host in it.
// Unique id: IP 4 | 16, pid 2, salt 4, ms since the month began 4, counter 2 -> the same lengths.

const hexPattern = /^(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{56})$/;

function bytesOfId(id: string): { bytes: Buffer; ipSize: number } | undefined {
  if (!hexPattern.test(id)) return undefined;
  return { bytes: Buffer.from(id, 'hex'), ipSize: id.length === 32 ? 4 : 16 };
}

/** As Java: MessageDecoder.createMessageId. */
export function offsetMessageId(host: HostAddress, physicalOffset: number): string {
  const ipSize = host.ip.length;
  const bytes = Buffer.allocUnsafe(ipSize + 12);
  bytes.set(host.ip);
  bytes.writeInt32BE(host.port, ipSize);
  writeInt64(bytes, physicalOffset, ipSize + 4);
  return bytes.toString('hex').toUpperCase();
}

/** @returns undefined when the text is no offset id, or its offset is beyond the safe range */
export function parseOffsetMessageId(id: string): { readonly host: HostAddress; readonly physicalOffset: number } | undefined {
  const parsed = bytesOfId(id);
  if (parsed === undefined) return undefined;
  const { bytes, ipSize } = parsed;
  const port = bytes.readInt32BE(ipSize);
  const physicalOffset = readInt64(bytes, ipSize + 4);
  if (port < 0 || port > 65535 || physicalOffset < 0 || physicalOffset > SAFE_MAX) return undefined;
  return { host: { ip: bytes.subarray(0, ipSize), port }, physicalOffset };
}

/** What tells this process from all others. */
export interface UniqueIdSource {
  /** 4 or 16 bytes. */
  readonly ip: Buffer;
  readonly pid: number;
  /** int32, drawn once: where Java has the hash of its class loader. Tells instances in one process apart. */
  readonly salt: number;
}

/** First millisecond of the month in local time: Java's ids count from there, and tools read the birth time back out of them. */
function monthStart(nowMs: number, monthsLater = 0): number {
  const now = new Date(nowMs);
  return new Date(now.getFullYear(), now.getMonth() + monthsLater, 1).getTime();
}

/** Java lets a clock step back this far without leaving the month it counts in. */
const STEP_BACK_MAX_MS = 1_000_000;

/** Makes the ids that producers put into UNIQ_KEY. As Java: MessageClientIDSetter. */
export class UniqueIdGenerator {
  private readonly prefix: string;
  private startMs: number;
  private nextStartMs: number;
  private counter = 0;

  constructor(
    source: UniqueIdSource,
    private readonly nowMs: () => number,
  ) {
    const fixed = Buffer.allocUnsafe(source.ip.length + 6);
    fixed.set(source.ip);
    fixed.writeUInt16BE(source.pid & 0xffff, source.ip.length);
    fixed.writeInt32BE(source.salt | 0, source.ip.length + 2);
    this.prefix = fixed.toString('hex').toUpperCase();
    const now = nowMs();
    this.startMs = monthStart(now);
    this.nextStartMs = monthStart(now, 1);
  }

  next(): string {
    const now = this.nowMs();
    if (now >= this.nextStartMs) {
      this.startMs = monthStart(now);
      this.nextStartMs = monthStart(now, 1);
    }
    const sinceStart = now - this.startMs;
    const ms = sinceStart < 0 && sinceStart > -STEP_BACK_MAX_MS ? 0 : sinceStart >>> 0;
    const count = this.counter;
    this.counter = (count + 1) & 0xffff;
    return this.prefix + hex(ms, 8) + hex(count, 4);
  }
}

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');

export interface UniqueIdParts extends UniqueIdSource {
  /** Milliseconds since the month of birth began, in the local time of the sender. */
  readonly sinceMonthStartMs: number;
  readonly counter: number;
}

/** @returns undefined when the text is no unique id */
export function parseUniqueId(id: string): UniqueIdParts | undefined {
  const parsed = bytesOfId(id);
  if (parsed === undefined) return undefined;
  const { bytes, ipSize } = parsed;
  return {
    ip: bytes.subarray(0, ipSize),
    pid: bytes.readUInt16BE(ipSize),
    salt: bytes.readInt32BE(ipSize + 2),
    sinceMonthStartMs: bytes.readUInt32BE(ipSize + 6),
    counter: bytes.readUInt16BE(ipSize + 10),
  };
}

/** When the id was made, if that was in the last month. As Java: MessageClientIDSetter.getNearlyTimeFromID. */
export function birthTimeOf(id: UniqueIdParts, nowMs: number): number {
  const inThisMonth = monthStart(nowMs) + id.sinceMonthStartMs;
  return inThisMonth < nowMs ? inThisMonth : monthStart(nowMs, -1) + id.sinceMonthStartMs;
}
