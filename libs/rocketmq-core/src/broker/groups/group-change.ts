import { RequestRejected } from '../../base/index.js';
import { groupProblem, newGroupProblem, ResponseCode, type SubscriptionGroupConfig } from '../../protocol/index.js';
import { alterAttributes, groupAttributes } from '../topics/attributes.js';
import type { GroupTable } from './group-table.js';

/** As Java, queues of a retry topic are few; each costs files. */
const RETRY_QUEUES_MAX = 1024;

/**
 * What a group becomes when an administrator sends `wish`, whose attribute keys are signed.
 * @throws RequestRejected when the wish cannot be fulfilled
 */
export function changedGroup(wish: SubscriptionGroupConfig, groups: GroupTable): SubscriptionGroupConfig {
  const current = groups.find(wish.groupName);
  // Names that older releases made stay usable.
  const problem = current === undefined ? newGroupProblem(wish.groupName) : groupProblem(wish.groupName);
  if (problem !== undefined) throw new RequestRejected(ResponseCode.INVALID_PARAMETER, problem);
  if (wish.retryQueueNums < 0 || wish.retryQueueNums > RETRY_QUEUES_MAX) {
    throw new RequestRejected(ResponseCode.INVALID_PARAMETER, `a group has from 0 to ${RETRY_QUEUES_MAX} retry queues`);
  }
  return { ...wish, attributes: alterAttributes(groupAttributes, current?.attributes, wish.attributes) };
}
