/** Sizes of the buffers that are kept, and how many of each. */
const kinds = [
  { size: 16 * 1024, keptMax: 64 },
  { size: 64 * 1024, keptMax: 32 },
  { size: 256 * 1024, keptMax: 16 },
] as const;

/**
 * Memory for what reads answer with, used again once an answer has been sent. Left to the garbage collector, these buffers cost more than the
 * reads: their bytes count as pressure, and the collector answers it by walking through the whole heap.
 *
 * At most 7 MiB are kept.
 */
export class AnswerMemory {
  private readonly kept = kinds.map((kind) => ({ ...kind, free: [] as Buffer[] }));

  /** @returns at least `size` bytes, and how to give them back; a small answer, and one larger than any kept buffer, has memory of its own */
  take(size: number): { readonly bytes: Buffer; readonly release: (() => void) | undefined } {
    // Node cuts small ones out of a page that it shares between them.
    const isSmall = size < Buffer.poolSize / 2;
    const kind = isSmall ? undefined : this.kept.find((one) => one.size >= size);
    if (kind === undefined) return { bytes: Buffer.allocUnsafe(size), release: undefined };
    const bytes = kind.free.pop() ?? Buffer.allocUnsafeSlow(kind.size);
    let taken = true;
    const release = () => {
      if (taken && kind.free.length < kind.keptMax) kind.free.push(bytes);
      taken = false;
    };
    return { bytes, release };
  }
}
