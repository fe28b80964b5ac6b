import { decodeSubscriptionGroupConfig, ResponseCode, type UpdateAndCreateSubscriptiongroup } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import { changedGroup } from '../../groups/group-change.js';
import type { GroupTable } from '../../groups/group-table.js';
import { decodeRequestBody } from '../request-body.js';

export interface UpdateGroupOptions {
  readonly groups: GroupTable;
  /** Resolves when the table is saved. */
  readonly groupsSaved: () => Promise<void>;
}

export function updateAndCreateSubscriptiongroup({
  groups,
  groupsSaved,
}: UpdateGroupOptions): Handler<typeof UpdateAndCreateSubscriptiongroup> {
  return async (request) => {
    groups.put(changedGroup(decodeRequestBody(decodeSubscriptionGroupConfig, request.body), groups));
    await groupsSaved();
    return { code: ResponseCode.SUCCESS };
  };
}
