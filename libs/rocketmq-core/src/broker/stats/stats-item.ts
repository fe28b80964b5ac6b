/** What one window of a counter shows. As Java: StatsSnapshot. */
export interface StatsSnapshot {
  readonly sum: number;
  /** Per second. */
  readonly tps: number;
  /** Mean value of one event. */
  readonly avgpt: number;
}

interface Sample {
  readonly atMs: number;
  readonly value: number;
  readonly times: number;
}

export const SAMPLE_PERIOD_MS = 10_000;
const SAMPLES_PER_HOUR_STEP = 60;
const SAMPLES_PER_DAY_STEP = 360;

class Window {
  private readonly samples: Sample[] = [];

  constructor(private readonly sizeMax: number) {}

  push(sample: Sample): void {
    this.samples.push(sample);
    if (this.samples.length > this.sizeMax) this.samples.shift();
  }

  snapshot(): StatsSnapshot {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return { sum: 0, tps: 0, avgpt: 0 };
    const sum = last.value - first.value;
    const times = last.times - first.times;
    return { sum, tps: (sum * 1000) / (last.atMs - first.atMs), avgpt: times > 0 ? sum / times : 0 };
  }
}

/** A counter with a window of a minute, an hour and a day, sampled every ten seconds. As Java: StatsItem. */
export class StatsItem {
  value = 0;
  times = 0;
  private readonly windows = { minute: new Window(7), hour: new Window(7), day: new Window(25) };
  private sampleCount = 0;

  constructor(nowMs: number) {
    for (const window of Object.values(this.windows)) window.push({ atMs: nowMs, value: 0, times: 0 });
  }

  add(value: number, times = 1): void {
    this.value += value;
    this.times += times;
  }

  sample(nowMs: number): void {
    const sample = { atMs: nowMs, value: this.value, times: this.times };
    this.sampleCount += 1;
    this.windows.minute.push(sample);
    if (this.sampleCount % SAMPLES_PER_HOUR_STEP === 0) this.windows.hour.push(sample);
    if (this.sampleCount % SAMPLES_PER_DAY_STEP === 0) this.windows.day.push(sample);
  }

  get minute(): StatsSnapshot {
    return this.windows.minute.snapshot();
  }
  get hour(): StatsSnapshot {
    return this.windows.hour.snapshot();
  }
  get day(): StatsSnapshot {
    return this.windows.day.snapshot();
  }
}
