/** Upper ends of the latency classes in ms; the last class is open. As Java: StoreStatsService. */
const CLASSES_MS = [0, 10, 50, 100, 200, 500, 1000, 2000, 3000, 4000, 5000, 10_000] as const;
const CLASS_NAMES = [
  '[<=0ms]',
  '[0~10ms]',
  '[10~50ms]',
  '[50~100ms]',
  '[100~200ms]',
  '[200~500ms]',
  '[500ms~1s]',
  '[1~2s]',
  '[2~3s]',
  '[3~4s]',
  '[4~5s]',
  '[5~10s]',
  '[10s~]',
] as const;

/** Counters since the store was opened. */
export class StoreStats {
  /** Messages appended. */
  putTimes = 0;
  /** Bytes of their records. */
  putSize = 0;
  putFailedTimes = 0;
  /** Longest wait of an append for the write, ms. */
  putTimeMaxMs = 0;
  /** Reads that found messages. */
  getFoundTimes = 0;
  /** Reads that found none. */
  getMissTimes = 0;
  getMessageCount = 0;
  private readonly classes = new Array<number>(CLASS_NAMES.length).fill(0);

  /** @param elapsedMs of the slowest of the `count` messages */
  put(count: number, size: number, elapsedMs: number): void {
    this.putTimes += count;
    this.putSize += size;
    this.putTimeMaxMs = Math.max(this.putTimeMaxMs, elapsedMs);
    const at = CLASSES_MS.findIndex((end) => Math.floor(elapsedMs) <= end);
    const index = at < 0 ? CLASSES_MS.length : at;
    this.classes[index] = (this.classes[index] ?? 0) + count;
  }

  get(messageCount: number): void {
    if (messageCount > 0) this.getFoundTimes += 1;
    else this.getMissTimes += 1;
    this.getMessageCount += messageCount;
  }

  /** Appends by latency class, names as Java prints them. */
  putDistribution(): [name: string, count: number][] {
    return CLASS_NAMES.map((name, i) => [name, this.classes[i] ?? 0]);
  }
}
