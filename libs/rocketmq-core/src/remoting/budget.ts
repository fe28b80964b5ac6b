/**
 * Bytes that all connections use together. Taking never fails, because what was read is in memory already: whoever finds the budget exhausted
 * stops adding and is called when a quarter of it is free again.
 */
export class Budget {
  private taken = 0;
  private readonly waiting = new Set<() => void>();

  constructor(readonly max: number) {}

  get used(): number {
    return this.taken;
  }

  get exhausted(): boolean {
    return this.taken >= this.max;
  }

  take(bytes: number): void {
    this.taken += bytes;
  }

  give(bytes: number): void {
    this.taken -= bytes;
    if (this.waiting.size === 0 || this.taken > this.max * 0.75) return;
    const ready = [...this.waiting];
    this.waiting.clear();
    for (const resume of ready) resume();
  }

  /** Calls `resume` once when there is room. The same function is kept once. */
  whenFree(resume: () => void): void {
    this.waiting.add(resume);
  }

  forget(resume: () => void): void {
    this.waiting.delete(resume);
  }
}
