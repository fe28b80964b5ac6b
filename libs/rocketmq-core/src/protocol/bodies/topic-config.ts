import { boolean, enumeration, int, intMap, list, long, map, offset, string } from './body-kinds.js';
import { DataVersion, initialDataVersion } from './data-version.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';

export const topicFilterTypes = ['SINGLE_TAG', 'MULTI_TAG'] as const;
export type TopicFilterType = (typeof topicFilterTypes)[number];

const topicConfigFields = {
  /** Unknown attributes stay: another release may know them. */
  attributes: always(map(string), new Map()),
  order: always(boolean, false),
  perm: always(int, 6),
  readQueueNums: always(int, 16),
  topicFilterType: always(enumeration(topicFilterTypes), 'SINGLE_TAG'),
  topicName: always(string, ''),
  topicSysFlag: always(int, 0),
  writeQueueNums: always(int, 16),
};
export const TopicConfig = defineBody('TopicConfig', topicConfigFields);
export type TopicConfig = BodyOf<typeof TopicConfig>;
export const { encode: encodeTopicConfig, decode: decodeTopicConfig } = TopicConfig;

const topicConfigTable = always(map(TopicConfig.kind), new Map());

export const CreateTopicListRequestBody = defineBody('CreateTopicListRequestBody', {
  topicConfigList: always(list(TopicConfig.kind), []),
});
export type CreateTopicListRequestBody = BodyOf<typeof CreateTopicListRequestBody>;
export const { encode: encodeCreateTopicListRequestBody, decode: decodeCreateTopicListRequestBody } = CreateTopicListRequestBody;

const mappingInfoFields = {
  bname: maybe(string),
  /** Global queue id -> local queue id. */
  currIdMap: always(intMap(int), new Map()),
  dirty: always(boolean, false),
  epoch: always(long, 0),
  scope: always(string, '__global__'),
  topic: maybe(string),
  totalQueues: always(int, 0),
};
export const TopicQueueMappingInfo = defineBody('TopicQueueMappingInfo', mappingInfoFields);
export type TopicQueueMappingInfo = BodyOf<typeof TopicQueueMappingInfo>;

export const LogicQueueMappingItem = defineBody('LogicQueueMappingItem', {
  bname: maybe(string),
  endOffset: always(offset, -1),
  gen: always(int, 0),
  logicOffset: always(offset, 0),
  queueId: always(int, 0),
  startOffset: always(offset, 0),
  timeOfEnd: always(long, -1),
  timeOfStart: always(long, -1),
});
export type LogicQueueMappingItem = BodyOf<typeof LogicQueueMappingItem>;

export const TopicQueueMappingDetail = defineBody('TopicQueueMappingDetail', {
  ...mappingInfoFields,
  hostedQueues: always(intMap(list(LogicQueueMappingItem.kind)), new Map()),
});
export type TopicQueueMappingDetail = BodyOf<typeof TopicQueueMappingDetail>;
export const { encode: encodeTopicQueueMappingDetail, decode: decodeTopicQueueMappingDetail } = TopicQueueMappingDetail;

export const TopicConfigAndQueueMapping = defineBody('TopicConfigAndQueueMapping', {
  ...topicConfigFields,
  mappingDetail: maybe(TopicQueueMappingDetail.kind),
});
export type TopicConfigAndQueueMapping = BodyOf<typeof TopicConfigAndQueueMapping>;
export const { encode: encodeTopicConfigAndQueueMapping, decode: decodeTopicConfigAndQueueMapping } = TopicConfigAndQueueMapping;

const dataVersion = always(DataVersion.kind, initialDataVersion);

/** Body of the file topics.json too. */
export const TopicConfigSerializeWrapper = defineBody('TopicConfigSerializeWrapper', { dataVersion, topicConfigTable });
export type TopicConfigSerializeWrapper = BodyOf<typeof TopicConfigSerializeWrapper>;
export const { encode: encodeTopicConfigSerializeWrapper, decode: decodeTopicConfigSerializeWrapper } = TopicConfigSerializeWrapper;

export const TopicConfigAndMappingSerializeWrapper = defineBody('TopicConfigAndMappingSerializeWrapper', {
  dataVersion,
  mappingDataVersion: dataVersion,
  topicConfigTable,
  topicQueueMappingDetailMap: always(map(TopicQueueMappingDetail.kind), new Map()),
  topicQueueMappingInfoMap: always(map(TopicQueueMappingInfo.kind), new Map()),
});
export type TopicConfigAndMappingSerializeWrapper = BodyOf<typeof TopicConfigAndMappingSerializeWrapper>;
export const { encode: encodeTopicConfigAndMappingSerializeWrapper, decode: decodeTopicConfigAndMappingSerializeWrapper } =
  TopicConfigAndMappingSerializeWrapper;

/** Body of the file topicQueueMapping.json. */
export const TopicQueueMappingSerializeWrapper = defineBody('TopicQueueMappingSerializeWrapper', {
  dataVersion,
  topicQueueMappingInfoMap: maybe(map(TopicQueueMappingDetail.kind)),
});
export type TopicQueueMappingSerializeWrapper = BodyOf<typeof TopicQueueMappingSerializeWrapper>;
export const { encode: encodeTopicQueueMappingSerializeWrapper, decode: decodeTopicQueueMappingSerializeWrapper } =
  TopicQueueMappingSerializeWrapper;
