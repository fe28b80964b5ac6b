const SLAB_SIZE = 64 * 1024;

/** Memory for small pieces, one behind the other, so that neighbours leave as one buffer. No byte of it is written twice. */
export class CopySlab {
  /** What the last piece lies in. */
  bytes = Buffer.alloc(0);
  private used = 0;

  /** Copies the first `size` bytes. @returns where they lie in `bytes` */
  add(piece: Buffer, size: number): number {
    if (this.used + size > this.bytes.length) {
      this.bytes = Buffer.allocUnsafeSlow(Math.max(SLAB_SIZE, size));
      this.used = 0;
    }
    const at = this.used;
    this.used += piece.copy(this.bytes, at, 0, size);
    return at;
  }
}
