import { TIMER_TOPIC, TRANS_HALF_TOPIC } from '../../../protocol/index.js';
import type { AdminCallLimits } from '../admin-call.js';
import type { ProcedureParts } from './procedure-parts.js';
import { type ProcedureOptions, Waiting } from './waiting.js';

export interface DrainOptions extends ProcedureOptions {
  /** Groups that are not waited for, because nobody consumes for them any more. */
  readonly leaveOut?: readonly string[];
  /** Leaves messages with a time of their own on the broker: they come when it is back. Default false. */
  readonly leaveTimers?: boolean;
  /** Leaves transactions that nobody has ended on the broker: their producers are asked when it is back. Default false. */
  readonly leaveTransactions?: boolean;
}

interface Site {
  readonly brokerName: string;
  readonly address: string;
  readonly options: DrainOptions;
  readonly limits: AdminCallLimits;
}

/** What waits on a broker before consumers can see it. */
interface Held {
  readonly pending: readonly string[];
  /** Changes with every message that begins to wait. */
  readonly ends: string;
}

const LEVEL_PREFIX = 'scheduleMessageOffset_';
/** The group in whose name a broker goes through its open halves. As Java: MixAll.CID_SYS_RMQ_TRANS. */
const TRANSACTION_GROUP = 'CID_RMQ_SYS_TRANS';

/**
 * Empties a broker so that it can be stopped: producers are sent to others, and every group consumes what it holds, also what it is to deliver
 * later. The name servers forget when a topic of the broker changes, so they are told again at every look.
 */
export async function drain(parts: ProcedureParts, brokerName: string, options: DrainOptions = {}): Promise<void> {
  const { cluster, clock } = parts;
  const waiting = new Waiting(clock, options);
  const { limits } = waiting;
  const site: Site = { brokerName, address: await cluster.masterOf(brokerName, limits), options, limits };
  await cluster.wipeWritePermission(brokerName, limits);
  await waiting.settled();
  await waiting.until(async () => {
    await cluster.wipeWritePermission(brokerName, limits);
    return look(parts, site);
  });
}

/**
 * What is not consumed yet. A message that fails goes from its group to where it waits, and back: seen in neither place when each is looked at
 * once. So none may have begun to wait between two looks around the one at the groups.
 */
async function look(parts: ProcedureParts, site: Site): Promise<readonly string[]> {
  const before = await held(parts, site);
  const pending = [...before.pending, ...(await behind(parts, site))];
  if (pending.length > 0) return pending;
  const after = await held(parts, site);
  return after.ends === before.ends ? after.pending : ['messages that have just begun to wait'];
}

async function held(parts: ProcedureParts, site: Site): Promise<Held> {
  const { leaveTimers = false, leaveTransactions = false } = site.options;
  const halves = await openHalves(parts, site);
  const { levels, timers, levelEnds } = await delayed(parts, site);
  const timerEnd = await parts.offsets.max({ topic: TIMER_TOPIC, brokerName: site.brokerName, queueId: 0 }, site.limits);
  return {
    pending: [
      ...(halves.open > 0 && !leaveTransactions ? [`${halves.open} halves of transactions`] : []),
      ...(levels > 0 ? [`${levels} delayed messages`] : []),
      ...(timers > 0 && !leaveTimers ? [`${timers} messages in the timer`] : []),
    ],
    ends: [halves.end, levelEnds, timerEnd].join(),
  };
}

/** As far as the broker has gone through its halves; it does so every `transactionCheckInterval`. */
async function openHalves({ offsets }: ProcedureParts, { brokerName, limits }: Site): Promise<{ open: number; end: number }> {
  const queue = { topic: TRANS_HALF_TOPIC, brokerName, queueId: 0 };
  const passed = (await offsets.consumerOffset(TRANSACTION_GROUP, queue, limits)) ?? (await offsets.min(queue, limits));
  const end = await offsets.max(queue, limits);
  return { open: Math.max(0, end - passed), end };
}

/** Each level says `how far,end`; the timer what has not come into it yet, and what is in it. */
async function delayed({ cluster }: ProcedureParts, { address, limits }: Site) {
  const info = await cluster.runtimeInfo(address, limits);
  const levelRows = [...info].filter(([name]) => name.startsWith(LEVEL_PREFIX));
  let levels = 0;
  for (const [, value] of levelRows) {
    const [delivered = 0, end = 0] = value.split(',').map(Number);
    levels += Math.max(0, end - delivered);
  }
  const timers = Number(info.get('timerOffsetBehind') ?? 0) + Number(info.get('timerCongestNum') ?? 0);
  return { levels, timers, levelEnds: levelRows.map(([name, value]) => `${name}=${value.split(',')[1]}`).join() };
}

async function behind({ figures }: ProcedureParts, { address, options, limits }: Site): Promise<string[]> {
  const { consumeStatsList } = await figures.consumeStats(address, limits);
  const late: string[] = [];
  for (const [group, stats] of consumeStatsList.flatMap((groups) => [...groups])) {
    // Its halves are counted by themselves.
    if (group === TRANSACTION_GROUP || options.leaveOut?.includes(group) === true) continue;
    const rows = stats.flatMap(({ offsetTable }) => offsetTable);
    const lag = rows.reduce((sum, [, { brokerOffset, consumerOffset }]) => sum + Math.max(0, brokerOffset - consumerOffset), 0);
    if (lag > 0) late.push(`${group}, ${lag} messages behind`);
  }
  return late;
}
