import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import { DayTotals } from './day-totals.js';
import { RateWindow } from './rate-window.js';
import { SAMPLE_PERIOD_MS } from './stats-item.js';
import type { StatsTable } from './stats-table.js';

const PERIOD_MS = 1000;

/** Totals that only grow. */
interface GrowingTotals {
  readonly putTimes: number;
  readonly getFoundTimes: number;
  readonly getMissTimes: number;
  readonly getMessageCount: number;
}

/** Rates and day totals of the broker. */
export interface BrokerRates {
  readonly put: RateWindow;
  readonly getFound: RateWindow;
  readonly getMiss: RateWindow;
  readonly transferred: RateWindow;
  readonly putDays: DayTotals;
  readonly getDays: DayTotals;
}

export const newBrokerRates = (nowMs: number): BrokerRates => ({
  put: new RateWindow(),
  getFound: new RateWindow(),
  getMiss: new RateWindow(),
  transferred: new RateWindow(),
  putDays: new DayTotals(nowMs),
  getDays: new DayTotals(nowMs),
});

export interface SampleLoopOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly totals: () => GrowingTotals;
  readonly rates: BrokerRates;
  readonly stats: StatsTable;
}

/** Samples the counters once a second, those by topic and group every ten. As Java: StoreStatsService, BrokerStatsManager. */
export function sampleLoop({ clock, logger, totals, rates, stats }: SampleLoopOptions): Loop {
  let sampledMs = clock.monotonic();
  const run = () => {
    const nowMs = clock.monotonic();
    const { putTimes, getFoundTimes, getMissTimes, getMessageCount } = totals();
    rates.put.sample(putTimes, nowMs);
    rates.getFound.sample(getFoundTimes, nowMs);
    rates.getMiss.sample(getMissTimes, nowMs);
    rates.transferred.sample(getMessageCount, nowMs);
    rates.putDays.note(stats.putTotal, clock.now());
    rates.getDays.note(stats.getTotal, clock.now());
    if (nowMs - sampledMs < SAMPLE_PERIOD_MS) return;
    sampledMs = nowMs;
    stats.sample(nowMs);
  };
  return new Loop({ name: 'sampling of counters', clock, logger, periodMs: PERIOD_MS, run });
}
