import { encodeSubscriptionGroupConfig, need, ResponseCode, type GetSubscriptiongroupConfig } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { GroupTable } from '../../groups/group-table.js';

/** As Java, asking for a group that may be made on demand makes it. */
export function getSubscriptiongroupConfig({ groups }: { readonly groups: GroupTable }): Handler<typeof GetSubscriptiongroupConfig> {
  return ({ header }) => {
    const config = groups.resolve(need(header, 'group'));
    if (config === undefined) return { code: ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, remark: 'No group in this broker' };
    return { code: ResponseCode.SUCCESS, body: encodeSubscriptionGroupConfig(config) };
  };
}
