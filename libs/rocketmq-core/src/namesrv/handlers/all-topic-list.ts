import { encodeTopicList, type GetAllTopicListFromNameserver, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { NamesrvConfig } from '../config.js';
import type { RouteTable } from '../tables/route-table.js';

export interface TopicListParts {
  readonly routes: RouteTable;
  readonly config: Readonly<NamesrvConfig>;
}

/** What Java says where a list is switched off. */
export const listDisabled = { code: ResponseCode.SYSTEM_ERROR, remark: 'disable' };

export const allTopicList =
  ({ routes, config }: TopicListParts): Handler<typeof GetAllTopicListFromNameserver> =>
  () => {
    if (!config.enableAllTopicList) return listDisabled;
    return { code: ResponseCode.SUCCESS, body: encodeTopicList({ topicList: routes.topicNames }) };
  };
