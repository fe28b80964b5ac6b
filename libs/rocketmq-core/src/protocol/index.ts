export {
  boolean,
  decodeFields,
  defineCommand,
  encodeFields,
  int,
  limit,
  need,
  offset,
  optional,
  required,
  string,
  time,
  type Access,
  type Command,
  type Field,
  type Fields,
  type HeaderOf,
  type Kind,
  type Received,
} from './command.js';
export type { Frame, Serialization } from './frame.js';
export { LanguageCode, type LanguageName } from './language-codes.js';
export {
  AUTO_CREATE_TOPIC,
  BENCHMARK_TOPIC,
  CHECKPOINT_TOPIC,
  DLQ_PREFIX,
  dlqTopic,
  groupProblem,
  isDlqTopic,
  isPredefinedGroup,
  isRetryTopic,
  isSendableTopic,
  isSystemGroup,
  isSystemTopic,
  LMQ_PREFIX,
  newGroupProblem,
  OFFSET_MOVED_TOPIC,
  predefinedGroups,
  RETRY_PREFIX,
  retryTopic,
  ROCKSDB_TRANS_HALF_TOPIC,
  ROCKSDB_TRANS_OP_HALF_TOPIC,
  SCHEDULE_TOPIC,
  SELF_TEST_TOPIC,
  SYSTEM_TOPIC_PREFIX,
  TIMER_TOPIC,
  topicProblem,
  TRACE_TOPIC,
  TRANS_CHECK_MAX_TIME_TOPIC,
  TRANS_HALF_TOPIC,
  TRANS_OP_HALF_TOPIC,
} from './names.js';
export { RequestCode } from './request-codes.js';
export { ResponseCode } from './response-codes.js';
export { VERSION, VersionGate, versionName, versionOrdinal } from './versions.js';

// message/ and bodies/
export type { HostAddress, Message, MessageExt, MessageQueue } from './message/message.js';
