import { InvalidInput } from '../../errors.js';
import { ranged } from '../../config/ranges.js';
import { laggards } from './laggards.js';
import type { ProcedureParts } from './procedure-parts.js';
import { type ProcedureOptions, Waiting } from './waiting.js';

export interface ShrinkOptions extends ProcedureOptions {
  /** Queues that are left on each broker, at least 1. */
  readonly queues: number;
}

/**
 * Takes queues from a topic without losing a message: nothing more is written to the queues that go, every group consumes what they hold, then they
 * are not read any more. Numbers that are small enough already are left alone, so that it may be begun again.
 */
export async function shrink(parts: ProcedureParts, topic: string, options: ShrinkOptions): Promise<void> {
  const { topics, clock } = parts;
  const waiting = new Waiting(clock, options);
  const { limits } = waiting;
  const queues = ranged('queues', options.queues, options.queues, [1, 65_535]);
  const addresses = await topics.brokersOf(topic, limits);
  if (addresses.length === 0) throw new InvalidInput('topic', `no broker has topic ${topic}`);
  for (const address of addresses) {
    const config = await topics.config(topic, address, limits);
    if (config !== undefined && config.writeQueueNums > queues) await topics.put({ ...config, writeQueueNums: queues }, address, limits);
  }
  await waiting.settled();
  await waiting.until(() => laggards(parts, topic, { counts: ({ queueId }) => queueId >= queues, limits }));
  for (const address of addresses) {
    const config = await topics.config(topic, address, limits);
    if (config !== undefined && config.readQueueNums > queues) await topics.put({ ...config, readQueueNums: queues }, address, limits);
  }
}
