import {
  ConsumerFilterTable,
  DelayOffsetSerializeWrapper,
  MessageRequestModeSerializeWrapper,
  SubscriptionGroupWrapper,
  TimerMetricsSerializeWrapper,
  TopicConfigSerializeWrapper,
  TopicQueueMappingSerializeWrapper,
  TransactionMetricsSerializeWrapper,
  ConsumerOffsetSerializeWrapper,
} from '../../protocol/index.js';

/** What reads the texts below `config/`, by file name. As Java: BrokerPathConfigHelper. */
const readers: ReadonlyMap<string, (text: string) => unknown> = new Map<string, (text: string) => unknown>([
  ['topics.json', (text) => TopicConfigSerializeWrapper.decode(text)],
  ['subscriptionGroup.json', (text) => SubscriptionGroupWrapper.decode(text)],
  ['consumerOffset.json', (text) => ConsumerOffsetSerializeWrapper.decode(text)],
  ['consumerFilter.json', (text) => ConsumerFilterTable.decode(text)],
  ['delayOffset.json', (text) => DelayOffsetSerializeWrapper.decode(text)],
  ['messageRequestMode.json', (text) => MessageRequestModeSerializeWrapper.decode(text)],
  ['topicQueueMapping.json', (text) => TopicQueueMappingSerializeWrapper.decode(text)],
  ['timermetrics', (text) => TimerMetricsSerializeWrapper.decode(text)],
  ['transactionMetrics.json', (text) => TransactionMetricsSerializeWrapper.decode(text)],
]);

/** A file of settings or progress; undefined for a name that is none. */
export const configReader = (name: string): ((text: string) => unknown) | undefined => readers.get(name.replace(/\.bak$/, ''));
