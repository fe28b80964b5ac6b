import { decodeSubscriptionGroupWrapper, encodeSubscriptionGroupWrapper } from '../../protocol/index.js';
import { JsonFile, type FileSystem } from '../../runtime/index.js';
import type { GroupSnapshot } from './group-table.js';

/** config/subscriptionGroup.json. Attributes that we do not know stay in it. */
export function groupFile(files: FileSystem, storeRoot: string): JsonFile<GroupSnapshot> {
  const parse = (text: string): GroupSnapshot => {
    const { dataVersion, subscriptionGroupTable: groups, forbiddenTable: forbidden } = decodeSubscriptionGroupWrapper(text);
    return { dataVersion, groups, forbidden };
  };
  return new JsonFile({ files, path: `${storeRoot}/config/subscriptionGroup.json`, parse });
}

export function groupFileText({ dataVersion, groups: subscriptionGroupTable, forbidden: forbiddenTable }: GroupSnapshot): string {
  return encodeSubscriptionGroupWrapper({ dataVersion, subscriptionGroupTable, forbiddenTable }, { pretty: true }).toString();
}
