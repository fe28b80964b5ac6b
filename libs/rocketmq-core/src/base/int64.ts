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

// Four stores take a sixth of the time of Buffer.writeInt32BE, which a record would call thirty times.
/**
 * Writes a big-endian int32.
 * @param value an integer; of one beyond 32 bits the lower ones are written
 * @throws RangeError without room
 */
export function writeInt32(bytes: Buffer, value: number, offset: number): number {
  const end = offset + 4;
  if (!(offset >= 0 && end <= bytes.length)) throw new RangeError(`no room for four bytes at ${offset} of ${bytes.length}`);
  bytes[offset] = value >>> 24;
  bytes[offset + 1] = value >>> 16;
  bytes[offset + 2] = value >>> 8;
  bytes[offset + 3] = value;
  return end;
}

/**
 * Writes a big-endian int64.
 * @param value a safe integer
 * @throws RangeError without room
 */
export function writeInt64(bytes: Buffer, value: number, offset: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  writeInt32(bytes, high, offset);
  writeInt32(bytes, value - high * 0x1_0000_0000, offset + 4);
}
