import { readInt64, saturate, writeInt64 } from './int64.js';

/** What a reader meets when a length points past the end. Callers turn it into the error of their family. */
export class OutOfBytes extends Error {
  override readonly name = 'OutOfBytes';
}

/** Big-endian, bounds-checked reading. Never reads outside the slice it was given. */
export class ByteReader {
  private position: number;

  constructor(
    private readonly bytes: Buffer,
    start = 0,
    private readonly end = bytes.length,
  ) {
    this.position = start;
  }

  get offset(): number {
    return this.position;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  private take(size: number): number {
    if (size < 0 || size > this.end - this.position) throw new OutOfBytes(`${size} bytes wanted, ${this.end - this.position} left`);
    const at = this.position;
    this.position += size;
    return at;
  }

  int8(): number {
    return this.bytes.readInt8(this.take(1));
  }
  uint8(): number {
    return this.bytes.readUInt8(this.take(1));
  }
  int16(): number {
    return this.bytes.readInt16BE(this.take(2));
  }
  int32(): number {
    return this.bytes.readInt32BE(this.take(4));
  }
  /** An int64, saturated to the safe range. */
  int64(): number {
    return saturate(readInt64(this.bytes, this.take(8)));
  }
  bigint64(): bigint {
    return this.bytes.readBigInt64BE(this.take(8));
  }
  /** A view, not a copy. */
  slice(size: number): Buffer {
    const at = this.take(size);
    return this.bytes.subarray(at, at + size);
  }
  text(size: number): string {
    const at = this.take(size);
    return this.bytes.toString('utf8', at, at + size);
  }
  skip(size: number): void {
    this.take(size);
  }
}

/** Big-endian writing into a buffer that grows by doubling. */
export class ByteWriter {
  private bytes: Buffer;
  private position = 0;

  constructor(capacity = 256) {
    this.bytes = Buffer.allocUnsafe(capacity);
  }

  get size(): number {
    return this.position;
  }

  // Callers take the position first: growth replaces the buffer.
  private reserve(size: number): number {
    const needed = this.position + size;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, this.position);
      this.bytes = grown;
    }
    const at = this.position;
    this.position = needed;
    return at;
  }

  int8(value: number): this {
    const at = this.reserve(1);
    this.bytes.writeInt8(value, at);
    return this;
  }
  int16(value: number): this {
    const at = this.reserve(2);
    this.bytes.writeInt16BE(value, at);
    return this;
  }
  int32(value: number): this {
    const at = this.reserve(4);
    this.bytes.writeInt32BE(value, at);
    return this;
  }
  int64(value: number): this {
    const at = this.reserve(8);
    writeInt64(this.bytes, value, at);
    return this;
  }
  append(bytes: Uint8Array): this {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }
  text(text: string): this {
    const size = Buffer.byteLength(text);
    const at = this.reserve(size);
    this.bytes.write(text, at, size, 'utf8');
    return this;
  }
  /** The bytes so far, as a view of the internal buffer. */
  finish(): Buffer {
    return this.bytes.subarray(0, this.position);
  }
}
