import type { AdminCallLimits } from '../admin-call.js';
import type { ProcedureParts } from './procedure-parts.js';
import { type ProcedureOptions, Waiting } from './waiting.js';

export interface DrainOptions extends ProcedureOptions {
  /** Groups that are not waited for, because nobody consumes for them any more. */
  readonly leaveOut?: readonly string[];
}

const SCHEDULE_PREFIX = 'scheduleMessageOffset_';

/**
 * Empties a broker so that it can be stopped: producers are sent to others, and every group consumes what it holds, also what it is to deliver
 * later. The name servers forget when a topic of the broker changes, so they are told again at every look.
 */
export async function drain(parts: ProcedureParts, brokerName: string, options: DrainOptions = {}): Promise<void> {
  const { cluster, clock } = parts;
  const { leaveOut = [] } = options;
  const waiting = new Waiting(clock, options);
  const { limits } = waiting;
  const address = await cluster.masterOf(brokerName, limits);
  await cluster.wipeWritePermission(brokerName, limits);
  await waiting.settled();
  await waiting.until(async () => {
    await cluster.wipeWritePermission(brokerName, limits);
    return [...(await undelivered(parts, address, limits)), ...(await behind(parts, { address, leaveOut, limits }))];
  });
}

async function behind(
  { figures }: ProcedureParts,
  { address, leaveOut, limits }: { readonly address: string; readonly leaveOut: readonly string[]; readonly limits: AdminCallLimits },
): Promise<string[]> {
  const { consumeStatsList } = await figures.consumeStats(address, limits);
  const late: string[] = [];
  for (const [group, stats] of consumeStatsList.flatMap((groups) => [...groups])) {
    if (leaveOut.includes(group)) continue;
    const rows = stats.flatMap(({ offsetTable }) => offsetTable);
    const lag = rows.reduce((sum, [, { brokerOffset, consumerOffset }]) => sum + Math.max(0, brokerOffset - consumerOffset), 0);
    if (lag > 0) late.push(`${group}, ${lag} messages behind`);
  }
  return late;
}

/** Delayed messages whose time has not come. Each level says `how far,end`. */
async function undelivered({ cluster }: ProcedureParts, address: string, limits: AdminCallLimits): Promise<string[]> {
  let waiting = 0;
  for (const [name, value] of await cluster.runtimeInfo(address, limits)) {
    if (!name.startsWith(SCHEDULE_PREFIX)) continue;
    const [delivered = 0, end = 0] = value.split(',').map(Number);
    waiting += Math.max(0, end - delivered);
  }
  return waiting > 0 ? [`${waiting} delayed messages`] : [];
}
