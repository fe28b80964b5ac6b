import { decodeSubscriptionGroupList, ResponseCode, type UpdateAndCreateSubscriptiongroupList } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import { changedGroup } from '../../groups/group-change.js';
import { decodeRequestBody } from '../request-body.js';
import type { UpdateGroupOptions } from './update-and-create-subscriptiongroup.js';

/** All of them, or none when one is refused. */
export function updateAndCreateSubscriptiongroupList({
  groups,
  groupsSaved,
}: UpdateGroupOptions): Handler<typeof UpdateAndCreateSubscriptiongroupList> {
  return async (request) => {
    const { groupConfigList } = decodeRequestBody(decodeSubscriptionGroupList, request.body);
    groups.put(...groupConfigList.map((config) => changedGroup(config, groups)));
    await groupsSaved();
    return { code: ResponseCode.SUCCESS };
  };
}
