import type { MessageQueue, TopicConfig } from '../../../protocol/index.js';
import { barrierKey, DOUBLING_NAMESPACE, type DoublingPlan, parsePlan, printPlan } from '../../doubling/doubling-plan.js';
import { InvalidInput } from '../../errors.js';
import { laggards } from './laggards.js';
import type { ProcedureParts } from './procedure-parts.js';
import { type ProcedureOptions, Waiting } from './waiting.js';

interface Site {
  readonly address: string;
  readonly config: TopicConfig;
}

/**
 * Doubles the queues of a topic whose messages are kept in order by key, while it is written to. Every consumer of the topic has to be of this
 * package with `followQueueDoubling`: it consumes queue i + n only after its group has passed the end that queue i had when the last producer had
 * the new route. Begun again after it was interrupted it goes on where it was.
 * @throws InvalidInput when the brokers' numbers of queues differ
 */
export async function doubleQueues(parts: ProcedureParts, topic: string, options: ProcedureOptions = {}): Promise<void> {
  const waiting = new Waiting(parts.clock, options);
  const { limits } = waiting;
  const entry = { namespace: DOUBLING_NAMESPACE, key: topic };
  const sites = await sitesOf(parts, topic, waiting);
  let plan = await planOf(parts, topic, waiting);
  if (plan === undefined) {
    plan = { from: queuesBefore(sites, topic), barriers: undefined };
    // First the plan: whoever sees the new queues has to find it.
    await parts.cluster.putKv({ ...entry, value: printPlan(plan) }, limits);
  }
  const { from } = plan;
  for (const { address, config } of sites) {
    const twice = { ...config, readQueueNums: from * 2, writeQueueNums: from * 2 };
    if (config.readQueueNums < from * 2 || config.writeQueueNums < from * 2) await parts.topics.put(twice, address, limits);
  }
  if (plan.barriers === undefined) {
    await waiting.settled();
    plan = { from, barriers: await endsOf(parts, topic, { from, waiting }) };
    await parts.cluster.putKv({ ...entry, value: printPlan(plan) }, limits);
  }
  const { barriers } = plan;
  const endOf = (queue: MessageQueue) => barriers?.get(barrierKey(queue)) ?? 0;
  await waiting.until(() => laggards(parts, topic, { counts: ({ queueId }) => queueId < from, endOf, limits }));
  await parts.cluster.deleteKv(entry, limits);
}

async function planOf({ cluster }: ProcedureParts, topic: string, { limits }: Waiting): Promise<DoublingPlan | undefined> {
  const text = await cluster.kv(DOUBLING_NAMESPACE, topic, limits);
  if (text === undefined) return undefined;
  const plan = parsePlan(text);
  if (plan === undefined) throw new InvalidInput('topic', `the setting ${topic} in namespace ${DOUBLING_NAMESPACE} is no plan: ${text}`);
  return plan;
}

async function sitesOf({ topics }: ProcedureParts, topic: string, { limits }: Waiting): Promise<readonly Site[]> {
  const sites: Site[] = [];
  for (const address of await topics.brokersOf(topic, limits)) {
    const config = await topics.config(topic, address, limits);
    if (config !== undefined) sites.push({ address, config });
  }
  return sites;
}

function queuesBefore(sites: readonly Site[], topic: string): number {
  const numbers = new Set(sites.flatMap(({ config }) => [config.readQueueNums, config.writeQueueNums]));
  const [from] = numbers;
  if (from === undefined || from < 1 || numbers.size > 1) {
    throw new InvalidInput('topic', `${topic} needs the same number of queues on every broker, to read and to write`);
  }
  return from;
}

async function endsOf(
  { topics }: ProcedureParts,
  topic: string,
  { from, waiting }: { readonly from: number; readonly waiting: Waiting },
): Promise<ReadonlyMap<string, number>> {
  const rows = await topics.stats(topic, waiting.limits);
  return new Map(rows.flatMap(([queue, { maxOffset }]) => (queue.queueId < from ? [[barrierKey(queue), maxOffset] as const] : [])));
}
