interface Bucket {
  index: number;
  sum: number;
  times: number;
}

/** Sums over the last while, in buckets that are used again and again. Times are monotonic milliseconds. */
export class RecentSums {
  private readonly buckets: Bucket[];
  private readonly startedMs: number;

  constructor(
    private readonly window: { readonly bucketMs: number; readonly bucketCount: number },
    nowMs: number,
  ) {
    this.startedMs = nowMs;
    this.buckets = Array.from({ length: window.bucketCount }, () => ({ index: -1, sum: 0, times: 0 }));
  }

  add(nowMs: number, value: number): void {
    const index = Math.floor(nowMs / this.window.bucketMs);
    const bucket = this.buckets[index % this.buckets.length];
    if (bucket === undefined) return;
    if (bucket.index !== index) Object.assign(bucket, { index, sum: 0, times: 0 });
    bucket.sum += value;
    bucket.times += 1;
  }

  read(nowMs: number): { readonly sum: number; readonly mean: number; readonly perSecond: number } {
    const { bucketMs, bucketCount } = this.window;
    const oldest = Math.floor(nowMs / bucketMs) - bucketCount + 1;
    let [sum, times] = [0, 0];
    for (const bucket of this.buckets) {
      if (bucket.index < oldest) continue;
      sum += bucket.sum;
      times += bucket.times;
    }
    const spanMs = Math.max(bucketMs, Math.min(nowMs - this.startedMs, bucketMs * bucketCount));
    return { sum, mean: times === 0 ? 0 : sum / times, perSecond: (sum * 1000) / spanMs };
  }
}
