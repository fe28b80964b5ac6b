import { VERSION, versionName } from '../../protocol/index.js';
import type { LaneFigures } from '../../remoting/index.js';
import type { StoreFigures } from '../../store/index.js';
import type { RateWindow } from './rate-window.js';
import type { BrokerRates } from './sample-loop.js';
import type { StatsTable } from './stats-table.js';

export interface RuntimeInfoSource {
  /** Delay levels and timer; clusterList reads the timer's keys without asking whether they are there. */
  readonly delayRows: readonly (readonly [name: string, value: string])[];
  readonly figures: StoreFigures;
  readonly rates: BrokerRates;
  readonly stats: StatsTable;
  readonly lanes: readonly LaneFigures[];
  /** Milliseconds since the epoch. */
  readonly bootTimestamp: number;
  readonly nowMs: number;
  readonly active: boolean;
  /** Names this software; clients show it. */
  readonly versionDesc: string;
  readonly startAcceptSendRequestTimeStamp: number;
  readonly disk: { readonly total: number; readonly free: number };
}

const DAY_MS = 86_400_000;

/** As `String.valueOf(double)` prints what is not tiny or huge. */
const decimal = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));
const tenSixtySixHundred = (rate: (seconds: number) => number) => [10, 60, 600].map((seconds) => decimal(rate(seconds))).join(' ');
const rateText = (window: RateWindow) => tenSixtySixHundred((seconds) => window.perSecond(seconds));

function runtimeText(elapsedMs: number): string {
  const days = Math.floor(elapsedMs / DAY_MS);
  const [hours, minutes, seconds] = [3600, 60, 1].map((unit, i) => Math.floor((elapsedMs % DAY_MS) / 1000 / unit) % (i === 0 ? 24 : 60));
  return `[ ${days} days, ${hours} hours, ${minutes} minutes, ${seconds} seconds ]`;
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const exponent = Math.min(6, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** exponent).toFixed(1)} ${'KMGTPE'.charAt(exponent - 1)}iB`;
}

/** Name of a lane -> the name Java gives the queue of that thread pool. */
const queueNames: readonly (readonly [lane: string, prefix: string])[] = [
  ['send', 'sendThreadPool'],
  ['pull', 'pullThreadPool'],
  ['litePull', 'litePullThreadPool'],
  ['query', 'queryThreadPool'],
  ['ack', 'ackThreadPool'],
];

function laneRows(lanes: readonly LaneFigures[]): [string, string][] {
  const rows: [string, string][] = [];
  for (const [name, prefix] of queueNames) {
    const lane = lanes.find((one) => one.name === name);
    rows.push([`${prefix}QueueSize`, String(lane?.size ?? 0)], [`${prefix}QueueCapacity`, String(lane?.capacity ?? 0)]);
    rows.push([`${prefix}QueueHeadWaitTimeMills`, String(Math.floor(lane?.headWaitMs ?? 0))]);
  }
  const ends = lanes.find((one) => one.name === 'endTransaction');
  return [
    ...rows,
    ['EndTransactionQueueSize', String(ends?.size ?? 0)],
    ['EndTransactionThreadPoolQueueCapacity', String(ends?.capacity ?? 0)],
  ];
}

function storeRows({ figures }: RuntimeInfoSource): [string, string][] {
  const { putTimes, putSize } = figures;
  return [
    ['putMessageTimesTotal', String(putTimes)],
    ['putMessageFailedTimes', String(figures.putFailedTimes)],
    ['putMessageSizeTotal', String(putSize)],
    ['putMessageDistributeTime', figures.putDistribution.map(([name, count]) => `${name}:${count} `).join('')],
    ['putMessageAverageSize', decimal(putTimes === 0 ? 0 : putSize / putTimes)],
    ['putMessageEntireTimeMax', String(Math.round(figures.putTimeMaxMs))],
    ['dispatchBehindBytes', String(figures.dispatchBehindBytes)],
    ['commitLogMinOffset', String(figures.minPhysicalOffset)],
    ['commitLogMaxOffset', String(figures.maxPhysicalOffset)],
    ['commitLogDiskRatio', String(figures.diskRatio.commitLog)],
    ['consumeQueueDiskRatio', String(figures.diskRatio.consumeQueue)],
    ['earliestMessageTimeStamp', String(figures.earliestStoreTimestamp)],
    ['remainHowManyDataToFlush', sizeText(figures.maxPhysicalOffset - figures.flushedPhysicalOffset)],
    // There is neither a lock around the log nor a pool of buffers.
    ['pageCacheLockTimeMills', '0'],
    ['remainTransientStoreBufferNumbs', '0'],
    ['dispatchMaxBuffer', '0'],
  ];
}

function rateRows({ rates, stats }: RuntimeInfoSource): [string, string][] {
  const { getFound, getMiss } = rates;
  return [
    ['putTps', rateText(rates.put)],
    ['getFoundTps', rateText(getFound)],
    ['getMissTps', rateText(getMiss)],
    ['getTotalTps', tenSixtySixHundred((seconds) => getFound.perSecond(seconds) + getMiss.perSecond(seconds))],
    ['getTransferredTps', rateText(rates.transferred)],
    // The name that releases before 5.0 used; their tools read no other.
    ['getTransferedTps', rateText(rates.transferred)],
    ['msgPutTotalYesterdayMorning', String(rates.putDays.yesterdayMorning)],
    ['msgPutTotalTodayMorning', String(rates.putDays.todayMorning)],
    ['msgPutTotalTodayNow', String(stats.putTotal)],
    ['msgGetTotalYesterdayMorning', String(rates.getDays.yesterdayMorning)],
    ['msgGetTotalTodayMorning', String(rates.getDays.todayMorning)],
    ['msgGetTotalTodayNow', String(stats.getTotal)],
  ];
}

/** What `brokerStatus` and `clusterList` of mqadmin show. As Java: AdminBrokerProcessor.prepareRuntimeInfo. */
export function runtimeInfo(source: RuntimeInfoSource): Map<string, string> {
  const { total, free } = source.disk;
  return new Map([
    ['brokerVersionDesc', source.versionDesc],
    ['brokerVersion', String(VERSION)],
    ['compatibleVersionDesc', versionName(VERSION)],
    ['brokerActive', String(source.active)],
    ['bootTimestamp', String(source.bootTimestamp)],
    ['runtime', runtimeText(source.nowMs - source.bootTimestamp)],
    ...storeRows(source),
    ...rateRows(source),
    ...laneRows(source.lanes),
    ['startAcceptSendRequestTimeStamp', String(source.startAcceptSendRequestTimeStamp)],
    ['commitLogDirCapacity', `Total : ${sizeText(total)}, Free : ${sizeText(free)}.`],
    ...source.delayRows,
  ]);
}
