/** The rate of a growing total over the last seconds, sampled once a second. As Java: StoreStatsService.putTimesList. */
export class RateWindow {
  private readonly totals: Float64Array;
  private readonly timesMs: Float64Array;
  private count = 0;
  private newest = -1;

  /** @param secondsMax the longest period that can be asked for */
  constructor(secondsMax = 600) {
    this.totals = new Float64Array(secondsMax + 1);
    this.timesMs = new Float64Array(secondsMax + 1);
  }

  sample(total: number, nowMs: number): void {
    this.newest = (this.newest + 1) % this.totals.length;
    this.totals[this.newest] = total;
    this.timesMs[this.newest] = nowMs;
    this.count = Math.min(this.count + 1, this.totals.length);
  }

  /** Events per second over the last `seconds`, or over all samples while there are fewer; 0 before the second sample. */
  perSecond(seconds: number): number {
    const back = Math.min(seconds, this.count - 1);
    if (back < 1) return 0;
    const oldest = (this.newest - back + this.totals.length) % this.totals.length;
    const elapsedMs = (this.timesMs[this.newest] ?? 0) - (this.timesMs[oldest] ?? 0);
    return elapsedMs <= 0 ? 0 : (((this.totals[this.newest] ?? 0) - (this.totals[oldest] ?? 0)) * 1000) / elapsedMs;
  }
}
