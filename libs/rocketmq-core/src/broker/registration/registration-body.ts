import {
  encodeCompressedRegisterBrokerBody,
  encodeRegisterBrokerBody,
  initialDataVersion,
  type DataVersion,
  type TopicConfig,
} from '../../protocol/index.js';
import { Permission } from '../topics/permission.js';

export interface RegistrationContent {
  readonly topics: Iterable<TopicConfig>;
  readonly dataVersion: DataVersion;
  /** What the broker itself does not allow, no topic does. */
  readonly brokerPermission: number;
}

const READ_WRITE = Permission.READ | Permission.WRITE;

export function registrationBody({ topics, dataVersion, brokerPermission }: RegistrationContent, compressed: boolean): Buffer {
  const narrowed = (brokerPermission & READ_WRITE) !== READ_WRITE;
  const topicConfigTable = new Map<string, TopicConfig>();
  for (const topic of topics) topicConfigTable.set(topic.topicName, narrowed ? { ...topic, perm: topic.perm & brokerPermission } : topic);
  const topicConfigSerializeWrapper = {
    dataVersion,
    mappingDataVersion: initialDataVersion,
    topicConfigTable,
    topicQueueMappingDetailMap: new Map(),
    topicQueueMappingInfoMap: new Map(),
  };
  const body = { filterServerList: [], topicConfigSerializeWrapper };
  return compressed ? encodeCompressedRegisterBrokerBody(body) : encodeRegisterBrokerBody(body);
}
