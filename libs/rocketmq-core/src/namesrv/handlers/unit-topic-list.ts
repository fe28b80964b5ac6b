import {
  encodeTopicList,
  type GetHasUnitSubTopicList,
  type GetHasUnitSubUnunitTopicList,
  type GetUnitTopicList,
  ResponseCode,
} from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import { listDisabled, type TopicListParts } from './all-topic-list.js';

/** Bits of topicSysFlag. As Java: TopicSysFlag. */
const UNIT = 1;
const UNIT_SUB = 2;

/** Three requests, told by the bits of topicSysFlag that count and the value they must have. */
const unitList =
  (mask: number, wanted: number) =>
  ({
    routes,
    config,
  }: TopicListParts): Handler<typeof GetUnitTopicList | typeof GetHasUnitSubTopicList | typeof GetHasUnitSubUnunitTopicList> =>
  () => {
    if (!config.enableTopicList) return listDisabled;
    const topicList = routes.topicsWhere(({ topicSysFlag }) => (topicSysFlag & mask) === wanted);
    return { code: ResponseCode.SUCCESS, body: encodeTopicList({ topicList }) };
  };

export const unitTopicList = unitList(UNIT, UNIT);
export const hasUnitSubTopicList = unitList(UNIT_SUB, UNIT_SUB);
export const hasUnitSubUnunitTopicList = unitList(UNIT | UNIT_SUB, UNIT_SUB);
