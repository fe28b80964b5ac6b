import { OperationFailed } from '../../base/index.js';
import type { Random } from '../../runtime/index.js';
import type { BrokerCalls } from './calls.js';
import type { RouteTable } from './route-table.js';

export interface MembersParts {
  readonly group: string;
  readonly table: Pick<RouteTable, 'brokersOf'>;
  readonly calls: Pick<BrokerCalls, 'consumerIds'>;
  readonly random: Pick<Random, 'below'>;
  readonly timeoutMs: number;
}

/**
 * The client ids of a group. Every broker of a topic knows the whole group, because every member sends heartbeats to all of them.
 * @throws OperationFailed when no broker of the topic tells
 */
export async function groupMembers(topic: string, { group, table, calls, random, timeoutMs }: MembersParts): Promise<readonly string[]> {
  const addresses = table.brokersOf(topic);
  const start = random.below(Math.max(1, addresses.length));
  let failure: unknown = new OperationFailed('unavailable', `no broker of topic ${topic} is known`);
  for (const address of [...addresses.slice(start), ...addresses.slice(0, start)]) {
    try {
      return await calls.consumerIds(address, group, { timeoutMs });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
