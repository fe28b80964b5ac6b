import {
  AUTO_CREATE_TOPIC,
  BENCHMARK_TOPIC,
  isSystemTopic,
  OFFSET_MOVED_TOPIC,
  replyTopic,
  ROCKSDB_TRANS_HALF_TOPIC,
  ROCKSDB_TRANS_OP_HALF_TOPIC,
  SCHEDULE_TOPIC,
  SELF_TEST_TOPIC,
  SYSTEM_TOPIC_PREFIX,
  TIMER_TOPIC,
  TRANS_HALF_TOPIC,
  TRANS_OP_HALF_TOPIC,
} from '../../protocol/index.js';
import { Permission } from './permission.js';

export interface SystemTopicSettings {
  readonly brokerClusterName: string;
  readonly brokerName: string;
  readonly autoCreateTopicEnable: boolean;
  readonly defaultTopicQueueNums: number;
  readonly clusterTopicEnable: boolean;
  readonly brokerTopicEnable: boolean;
  readonly traceTopicEnable: boolean;
  readonly msgTraceTopicName: string;
  readonly timerWheelEnable: boolean;
}

export interface SystemTopic {
  readonly name: string;
  readonly queues: number;
  readonly perm: number;
}

const READ_WRITE = Permission.READ | Permission.WRITE;
const DELAY_LEVELS = 18;
const DEFAULT_QUEUES = 16;
const REVIVE_QUEUES = 8;

/** The topics that exist from the first start. As Java: TopicConfigManager.init. */
export function systemTopicsOf(settings: SystemTopicSettings): SystemTopic[] {
  const { brokerClusterName: cluster, brokerName } = settings;
  const topics: (SystemTopic | false)[] = [
    { name: SELF_TEST_TOPIC, queues: 1, perm: READ_WRITE },
    settings.autoCreateTopicEnable && {
      name: AUTO_CREATE_TOPIC,
      queues: settings.defaultTopicQueueNums,
      perm: READ_WRITE | Permission.INHERIT,
    },
    { name: BENCHMARK_TOPIC, queues: 1024, perm: READ_WRITE },
    { name: cluster, queues: DEFAULT_QUEUES, perm: Permission.INHERIT | (settings.clusterTopicEnable ? READ_WRITE : 0) },
    { name: brokerName, queues: 1, perm: Permission.INHERIT | (settings.brokerTopicEnable ? READ_WRITE : 0) },
    { name: OFFSET_MOVED_TOPIC, queues: 1, perm: READ_WRITE },
    { name: SCHEDULE_TOPIC, queues: DELAY_LEVELS, perm: READ_WRITE },
    settings.traceTopicEnable && { name: settings.msgTraceTopicName, queues: 1, perm: READ_WRITE },
    { name: replyTopic(cluster), queues: 1, perm: READ_WRITE },
    { name: `${SYSTEM_TOPIC_PREFIX}REVIVE_LOG_${cluster}`, queues: REVIVE_QUEUES, perm: READ_WRITE },
    { name: `${SYSTEM_TOPIC_PREFIX}SYNC_BROKER_MEMBER_${brokerName}`, queues: 1, perm: Permission.INHERIT },
    { name: TRANS_HALF_TOPIC, queues: 1, perm: READ_WRITE },
    { name: TRANS_OP_HALF_TOPIC, queues: 1, perm: READ_WRITE },
    { name: ROCKSDB_TRANS_HALF_TOPIC, queues: 1, perm: READ_WRITE },
    { name: ROCKSDB_TRANS_OP_HALF_TOPIC, queues: 1, perm: READ_WRITE },
    settings.timerWheelEnable && { name: TIMER_TOPIC, queues: 1, perm: READ_WRITE },
  ];
  return topics.filter((topic) => topic !== false);
}

/** Tells which topics no administrator may change or delete: Apache's and those named after this broker and its cluster. */
export function systemTopicTest(topics: readonly SystemTopic[]): (topic: string) => boolean {
  const names = new Set(topics.map(({ name }) => name));
  return (topic) => names.has(topic) || isSystemTopic(topic);
}
