import { encodeSubscriptionGroupWrapper, ResponseCode, type GetAllSubscriptiongroupConfig } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { GroupTable } from '../../groups/group-table.js';
import type { PagedTableSettings } from './get-all-topic-config.js';
import { pageOf } from './page.js';

export interface GetAllSubscriptiongroupConfigOptions {
  readonly groups: GroupTable;
  /** Read at every use: they may change while the broker runs. */
  readonly settings: PagedTableSettings;
}

export function getAllSubscriptiongroupConfig({
  groups,
  settings,
}: GetAllSubscriptiongroupConfigOptions): Handler<typeof GetAllSubscriptiongroupConfig> {
  return ({ header }) => {
    const { dataVersion, groups: table, forbidden } = groups.snapshot();
    const request = { seq: header.groupSeq, max: header.maxGroupNum, dataVersion: header.dataVersion };
    const { enableSplitMetadata: enabled, splitMetadataSize: sizeMax } = settings;
    const subscriptionGroupTable = pageOf(table, request, { enabled, sizeMax, current: dataVersion });
    const forbiddenTable = new Map([...forbidden].filter(([group]) => subscriptionGroupTable.has(group)));
    const body = encodeSubscriptionGroupWrapper({ dataVersion, subscriptionGroupTable, forbiddenTable });
    return { code: ResponseCode.SUCCESS, header: { totalGroupNum: table.size }, body };
  };
}
