/** Some hundred messages, for consumers that are woken as soon as one is stored. */
const SIZE = 1024 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * The bytes that were appended last, in memory. Consumers that keep up read nothing else, and the file is left to its writer: a read at its end
 * can make the kernel read ahead into the hole in front of the writer, which takes it 20 ms where a device reads 8 MiB ahead.
 */
export class LogTail {
  private ring = NOTHING;
  /** Physical offsets of what the ring holds. */
  private start = 0;
  private end = 0;

  /** Bytes that the operating system has. What does not follow the last ones takes their place. */
  append(bytes: Buffer, physicalOffset: number): void {
    if (this.ring.length === 0) this.ring = Buffer.allocUnsafeSlow(SIZE);
    if (physicalOffset !== this.end) this.start = physicalOffset;
    this.end = physicalOffset + bytes.length;
    this.start = Math.max(this.start, this.end - SIZE);
    const kept = bytes.length > SIZE ? bytes.subarray(bytes.length - SIZE) : bytes;
    const at = (this.end - kept.length) % SIZE;
    const before = kept.copy(this.ring, at);
    kept.copy(this.ring, 0, before);
  }

  clear(): void {
    this.ring = NOTHING;
    this.start = this.end = 0;
  }

  /**
   * @param bytes where the copy goes, as large as it is
   * @returns `bytes`; undefined when not all of it is here
   */
  read(from: number, to: number, bytes: Buffer): Buffer | undefined {
    if (from < this.start || to > this.end || from >= to) return undefined;
    const at = from % SIZE;
    const before = this.ring.copy(bytes, 0, at, Math.min(SIZE, at + bytes.length));
    this.ring.copy(bytes, before, 0, bytes.length - before);
    return bytes;
  }
}
