// The 64-bit policy of the project: numbers. What a double cannot hold exactly is refused where it is a position and saturated where it is a
// time or a limit, because Java sends Long.MAX_VALUE as the end time of a query and means "no end".

export const SAFE_MAX = Number.MAX_SAFE_INTEGER;
export const SAFE_MIN = Number.MIN_SAFE_INTEGER;

export function saturate(value: number): number {
  if (value > SAFE_MAX) return SAFE_MAX;
  return value < SAFE_MIN ? SAFE_MIN : value;
}

// Two 32-bit reads and one multiply: reading a BigInt allocates, and this runs for every record and consume-queue entry.
/** A big-endian int64 as a number. The result is exact only when it is a safe integer; the caller decides whether to refuse or saturate. */
export function readInt64(bytes: Buffer, offset: number): number {
  return bytes.readInt32BE(offset) * 0x1_0000_0000 + bytes.readUInt32BE(offset + 4);
}

/** @param value a safe integer */
export function writeInt64(bytes: Buffer, value: number, offset: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  bytes.writeInt32BE(high, offset);
  bytes.writeUInt32BE(value - high * 0x1_0000_0000, offset + 4);
}
