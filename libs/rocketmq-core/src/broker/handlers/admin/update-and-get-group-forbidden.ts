import { encodeGroupForbidden, need, ResponseCode, type UpdateAndGetGroupForbidden } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { UpdateGroupOptions } from './update-and-create-subscriptiongroup.js';

/** Whether a group may read a topic; with `readable` it is changed first. */
export function updateAndGetGroupForbidden({ groups, groupsSaved }: UpdateGroupOptions): Handler<typeof UpdateAndGetGroupForbidden> {
  return async ({ header }) => {
    const group = need(header, 'group');
    const topic = need(header, 'topic');
    if (header.readable !== undefined) {
      if (groups.find(group) === undefined) return { code: ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, remark: `group[${group}] not exist` };
      groups.forbidRead(group, topic, !header.readable);
      await groupsSaved();
    }
    return { code: ResponseCode.SUCCESS, body: encodeGroupForbidden({ group, topic, readable: !groups.isReadForbidden(group, topic) }) };
  };
}
