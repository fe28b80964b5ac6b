import { messageOf } from '../../base/index.js';
import type { Logger } from '../../runtime/index.js';
import { isCallRefused } from '../errors.js';
import type { BrokerCalls } from '../instance/calls.js';
import { subscriptionData } from '../instance/group-table.js';
import type { RouteTable } from '../instance/route-table.js';
import type { Subscription } from './subscription-table.js';

export interface FilterCheckParts {
  readonly group: string;
  readonly clientId: string;
  readonly calls: Pick<BrokerCalls, 'checkClientConfig'>;
  readonly table: Pick<RouteTable, 'brokersOf'>;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/**
 * Asks every broker of a topic that is filtered by SQL92 whether it can do that. A broker that does not answer is no reason to stay away: it would
 * say the same to the pulls. As Java: MQClientInstance.checkClientInBroker, which asks one of them.
 * @throws CallRefused 23 when the expression cannot be read, 1 when a broker does not filter by SQL92
 */
export async function checkFilters(subscriptions: readonly Subscription[], parts: FilterCheckParts): Promise<void> {
  const filtered = subscriptions.filter(({ type }) => type === 'SQL92');
  await Promise.all(
    filtered.flatMap((subscription) => parts.table.brokersOf(subscription.topic).map((address) => check(address, subscription, parts))),
  );
}

async function check(address: string, subscription: Subscription, parts: FilterCheckParts): Promise<void> {
  const { group, clientId, calls, timeoutMs, logger } = parts;
  try {
    await calls.checkClientConfig(address, { group, clientId, subscription: subscriptionData(subscription) }, { timeoutMs });
  } catch (error) {
    if (isCallRefused(error)) throw error;
    logger.log('warn', 'a broker was not asked for its filters', { group, topic: subscription.topic, address, error: messageOf(error) });
  }
}
