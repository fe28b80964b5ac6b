import { checkPrefix, defaultFrameLimits, PREFIX_SIZE, type FrameLimits } from './frame-limits.js';

// Up to this size the memory for a frame is taken at once. Beyond it grows with what has arrived: a length word alone must not cost 16 MiB.
const EAGER_SIZE_MAX = 65_536;

/** Cuts a byte stream into frames: chunks in, whole frames (length word included) out. */
export class FrameSplitter {
  /** The beginning of a frame whose end has not arrived. */
  private partial: Buffer | undefined;
  private filled = 0;
  /** Size of the frame in `partial`; 0 until its prefix is there. */
  private wanted = 0;

  constructor(private readonly limits: FrameLimits = defaultFrameLimits) {}

  /** Bytes held until their frame is whole. */
  get bufferedSize(): number {
    return this.filled;
  }

  /**
   * Calls `deliver` for each frame that `chunk` completes, in order. A frame that lies in one chunk is a view of it, any other has memory of its own;
   * neither is written to again.
   * @param deliver what it throws leaves through here
   * @throws ProtocolViolation after the frames before the bad one were delivered; after any error the stream cannot be read on
   */
  push(chunk: Buffer, deliver: (frame: Buffer) => void): void {
    let at = this.partial === undefined ? 0 : this.resume(this.partial, chunk, deliver);
    while (chunk.length - at >= PREFIX_SIZE) {
      const end = at + checkPrefix(chunk, at, this.limits);
      if (end > chunk.length) break;
      deliver(chunk.subarray(at, end));
      at = end;
    }
    if (at < chunk.length) this.keep(chunk, at);
  }

  /** Continues the partial frame. @returns where the rest of the chunk begins */
  private resume(partial: Buffer, chunk: Buffer, deliver: (frame: Buffer) => void): number {
    let at = 0;
    if (this.wanted === 0) {
      at = chunk.copy(partial, this.filled, 0, PREFIX_SIZE - this.filled);
      this.filled += at;
      if (this.filled < PREFIX_SIZE) return at;
      this.wanted = checkPrefix(partial, 0, this.limits);
    }
    const end = Math.min(chunk.length, at + this.wanted - this.filled);
    const frame = this.reserve(partial, this.filled + end - at);
    chunk.copy(frame, this.filled, at, end);
    this.filled += end - at;
    this.partial = frame;
    if (this.filled === this.wanted) {
      this.partial = undefined;
      this.filled = 0;
      this.wanted = 0;
      deliver(frame);
    }
    return end;
  }

  private reserve(partial: Buffer, needed: number): Buffer {
    if (needed <= partial.length) return partial;
    const size = this.wanted <= EAGER_SIZE_MAX ? this.wanted : Math.min(this.wanted, Math.max(EAGER_SIZE_MAX, needed * 2));
    const grown = Buffer.allocUnsafe(size);
    partial.copy(grown, 0, 0, this.filled);
    return grown;
  }

  /** Starts a partial frame with the end of a chunk. */
  private keep(chunk: Buffer, at: number): void {
    this.partial = Buffer.allocUnsafe(PREFIX_SIZE);
    // What is left is less than a frame: nothing is delivered here.
    this.resume(this.partial, chunk.subarray(at), () => undefined);
  }
}
