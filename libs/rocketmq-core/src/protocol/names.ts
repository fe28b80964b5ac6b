export const AUTO_CREATE_TOPIC = 'TBW102';
export const SCHEDULE_TOPIC = 'SCHEDULE_TOPIC_XXXX';
export const BENCHMARK_TOPIC = 'BenchmarkTest';
export const TRACE_TOPIC = 'RMQ_SYS_TRACE_TOPIC';
export const TRANS_HALF_TOPIC = 'RMQ_SYS_TRANS_HALF_TOPIC';
export const TRANS_OP_HALF_TOPIC = 'RMQ_SYS_TRANS_OP_HALF_TOPIC';
export const ROCKSDB_TRANS_HALF_TOPIC = 'RMQ_SYS_ROCKSDB_TRANS_HALF_TOPIC';
export const ROCKSDB_TRANS_OP_HALF_TOPIC = 'RMQ_SYS_ROCKSDB_TRANS_OP_HALF_TOPIC';
export const TRANS_CHECK_MAX_TIME_TOPIC = 'TRANS_CHECK_MAX_TIME_TOPIC';
export const SELF_TEST_TOPIC = 'SELF_TEST_TOPIC';
export const OFFSET_MOVED_TOPIC = 'OFFSET_MOVED_EVENT';
export const CHECKPOINT_TOPIC = 'CHECKPOINT_TOPIC';
export const SYSTEM_TOPIC_PREFIX = 'rmq_sys_';
export const TIMER_TOPIC = `${SYSTEM_TOPIC_PREFIX}wheel_timer`;

export const RETRY_PREFIX = '%RETRY%';
export const DLQ_PREFIX = '%DLQ%';
/** Topics of light queues that live beside their parent's queues. */
export const LMQ_PREFIX = '%LMQ%';

const notSendableTopics: ReadonlySet<string> = new Set([
  SCHEDULE_TOPIC,
  TRANS_HALF_TOPIC,
  TRANS_OP_HALF_TOPIC,
  ROCKSDB_TRANS_HALF_TOPIC,
  ROCKSDB_TRANS_OP_HALF_TOPIC,
  TRANS_CHECK_MAX_TIME_TOPIC,
  SELF_TEST_TOPIC,
  OFFSET_MOVED_TOPIC,
]);

const systemTopics: ReadonlySet<string> = new Set([
  ...notSendableTopics,
  AUTO_CREATE_TOPIC,
  BENCHMARK_TOPIC,
  TRACE_TOPIC,
  CHECKPOINT_TOPIC,
]);

/** Groups that exist without anyone creating them. As Java: MixAll.isPredefinedGroup and the defaults of SubscriptionGroupManager. */
export const predefinedGroups: ReadonlySet<string> = new Set([
  'TOOLS_CONSUMER',
  'FILTERSRV_CONSUMER',
  'SELF_TEST_C_GROUP',
  'CID_ONS-HTTP-PROXY',
  'CID_ONSAPI_PULL',
  'CID_ONSAPI_PERMISSION',
  'CID_ONSAPI_OWNER',
  'CID_RMQ_SYS_TRANS',
]);
const SYSTEM_GROUP_PREFIX = 'CID_RMQ_SYS_';

export const retryTopic = (group: string): string => RETRY_PREFIX + group;
/** Where the replies to requests of a cluster are kept. As Java: MixAll.getReplyTopic. */
export const replyTopic = (cluster: string): string => `${cluster}_REPLY_TOPIC`;
export const dlqTopic = (group: string): string => DLQ_PREFIX + group;
export const isRetryTopic = (topic: string): boolean => topic.startsWith(RETRY_PREFIX);
export const isDlqTopic = (topic: string): boolean => topic.startsWith(DLQ_PREFIX);
/** The names every broker has. A broker adds its own name, its cluster's and the reply topic of the cluster. */
export const isSystemTopic = (topic: string): boolean => systemTopics.has(topic) || topic.startsWith(SYSTEM_TOPIC_PREFIX);
/** Whether a client may send to it. */
export const isSendableTopic = (topic: string): boolean => !notSendableTopics.has(topic);
export const isPredefinedGroup = (group: string): boolean => predefinedGroups.has(group);
export const isSystemGroup = (group: string): boolean => group.startsWith(SYSTEM_GROUP_PREFIX);

const TOPIC_LENGTH_MAX = 127;
const RETRY_TOPIC_LENGTH_MAX = 255;
/** Longest name a group is created with, so that its retry topics stay nameable. Releases before 5.4 made longer ones. */
const NEW_GROUP_LENGTH_MAX = 120;
const GROUP_LENGTH_MAX = 255;

function nameProblem(what: string, name: string, lengthMax: number): string | undefined {
  if (name.trim() === '') return `the ${what} is blank`;
  // The name goes into answers and logs: one of unbounded length, or with control characters, would too.
  if (name.length > lengthMax)
    return `the ${what} ${JSON.stringify(name.slice(0, 32))}... has ${name.length} characters, at most ${lengthMax} are allowed`;
  if (!/^[%|a-zA-Z0-9_-]+$/.test(name)) return `the ${what} ${JSON.stringify(name)} contains characters other than ^[%|a-zA-Z0-9_-]+$`;
  return undefined;
}

/** @returns why the name cannot be a topic, or undefined */
export function topicProblem(topic: string): string | undefined {
  return nameProblem('topic', topic, isRetryTopic(topic) || isDlqTopic(topic) ? RETRY_TOPIC_LENGTH_MAX : TOPIC_LENGTH_MAX);
}

/** @returns why the name cannot be that of an existing group, or undefined */
export const groupProblem = (group: string): string | undefined => nameProblem('group', group, GROUP_LENGTH_MAX);

/** @returns why no group may be created with this name, or undefined */
export const newGroupProblem = (group: string): string | undefined => nameProblem('group', group, NEW_GROUP_LENGTH_MAX);
