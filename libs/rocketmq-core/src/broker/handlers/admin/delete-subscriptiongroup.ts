import { RequestRejected } from '../../../base/index.js';
import { isSystemGroup, need, ResponseCode, type DeleteSubscriptiongroup } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { OffsetTable } from '../../offsets/offset-table.js';
import type { StatsTable } from '../../stats/stats-table.js';
import type { UpdateGroupOptions } from './update-and-create-subscriptiongroup.js';

export interface DeleteSubscriptiongroupOptions extends UpdateGroupOptions {
  readonly offsets: OffsetTable;
  readonly stats: StatsTable;
}

/** `cleanOffset` forgets how far the group has consumed as well. */
export function deleteSubscriptiongroup(options: DeleteSubscriptiongroupOptions): Handler<typeof DeleteSubscriptiongroup> {
  const { groups, offsets, stats, groupsSaved } = options;
  return async ({ header }) => {
    const group = need(header, 'groupName');
    if (isSystemGroup(group)) throw new RequestRejected(ResponseCode.INVALID_PARAMETER, `group[${group}] belongs to the broker`);
    groups.remove(group);
    if (header.cleanOffset === true) offsets.removeGroup(group);
    stats.removeGroup(group);
    await groupsSaved();
    return { code: ResponseCode.SUCCESS };
  };
}
