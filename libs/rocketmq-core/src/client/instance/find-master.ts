import type { MessageQueue } from '../../protocol/index.js';
import type { RouteFinder } from './route-finder.js';
import type { RouteTable } from './route-table.js';

export interface FindMasterParts {
  readonly table: Pick<RouteTable, 'masterAddress'>;
  readonly routes: Pick<RouteFinder, 'refresh'>;
}

/**
 * The address of the master; the name servers are asked when it is not known.
 * @returns undefined when they do not know it either
 * @throws what `refresh` throws
 */
export async function findMaster(
  { brokerName, topic }: Pick<MessageQueue, 'brokerName' | 'topic'>,
  { table, routes }: FindMasterParts,
): Promise<string | undefined> {
  const known = table.masterAddress(brokerName);
  if (known !== undefined) return known;
  await routes.refresh(topic);
  return table.masterAddress(brokerName);
}
