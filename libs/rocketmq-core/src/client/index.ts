export { isOperationFailed, OperationFailed, type OperationReason } from '../base/index.js';
export {
  dlqTopic,
  isRetryTopic,
  PropertyName,
  ResponseCode,
  retryTopic,
  topicProblem,
  type ClusterInfo,
  type CompressionType,
  type BrokerStatsData,
  type ConsumeMessageDirectlyResult,
  type ConsumerConnection,
  type ConsumerRunningInfo,
  type ConsumeStatsList,
  type MessageQueue,
  type OffsetWrapper,
  type ProducerConnection,
  type QueueTimeSpan,
  type SubscriptionGroupConfig,
  type TopicConfig,
  type TopicOffset,
  type TopicRouteData,
} from '../protocol/index.js';
export { Loop, sleep, SystemClock, type Clock, type Logger, type LogLevel, type Random, type Timer } from '../runtime/index.js';
export type { AdminCallLimits, AdminTarget } from './admin/admin-call.js';
export { AdminClient } from './admin/admin-client.js';
export type { ClusterAdmin } from './admin/cluster.js';
export type { ClientAdmin, ConsumerChoice } from './admin/consumers.js';
export type { FigureAdmin } from './admin/figures.js';
export type { GroupAdmin, GroupProgress } from './admin/groups.js';
export type { ResetOptions } from './admin/offset-reset.js';
export type { OffsetAdmin } from './admin/offsets.js';
export type { OrderConfAdmin } from './admin/order-conf.js';
export type { TransactionAdmin } from './admin/transactions.js';
export type { DrainOptions } from './admin/procedures/drain.js';
export type { Procedures } from './admin/procedures/procedures.js';
export type { ShrinkOptions } from './admin/procedures/shrink.js';
export type { ProcedureOptions } from './admin/procedures/waiting.js';
export type { TopicAdmin, TopicSettings } from './admin/topics.js';
export { ClientInstance } from './client-instance.js';
export type { BroadcastOptions, DroppedMessage } from './config/broadcast-options.js';
export type { ClientOptions } from './config/client-options.js';
export type { ConsumeFromWhere, PushConsumerOptions } from './config/consumer-options.js';
export type { LitePullConsumerOptions } from './config/lite-pull-options.js';
export type { MessageModel, OrderOptions } from './config/order-options.js';
export type { ProducerOptions } from './config/producer-options.js';
export type { TransactionProducerOptions } from './config/transaction-options.js';
export type { QueueFigures } from './consumer/assignment.js';
export { LitePullConsumer, type PullCallLimits, type QueuesListener } from './consumer/lite-pull-consumer.js';
export { PushConsumer, type ConsumerState } from './consumer/push-consumer.js';
export type { DeadLetter, DeadLetterPlace } from './dead-letters/dead-letter.js';
export type { DeadLetterCount, DeadLetterPage, DeadLetters, PeekOptions } from './dead-letters/dead-letters.js';
export type { RedriveFate, RedriveOptions, RedriveResult } from './dead-letters/redrive-options.js';
export type { RedriveTarget } from './dead-letters/redriven-payload.js';
export {
  CallRefused,
  InvalidInput,
  isCallRefused,
  isInvalidInput,
  isNoReply,
  isSendFailed,
  NoReply,
  SendFailed,
  type SendFailure,
} from './errors.js';
export type { Reachability } from './instance/reachability-table.js';
export { bySql, byTag, type MessageSelector } from './message-selector.js';
export type {
  BatchItemResult,
  BatchListener,
  BatchResult,
  ConsumeContext,
  ConsumeResult,
  ListenerResult,
  MessageListener,
  OutgoingMessage,
  PartlyConsumed,
  QueueSelector,
  ReceivedMessage,
  ReplyAddress,
  ReplyMessage,
  RequestOptions,
  RetryChoice,
  SendOptions,
  SendResult,
  SendStatus,
} from './message-types.js';
export type { AllocateStrategy } from './rebalance/allocate.js';
export type { AllocateFunction, AllocationInput } from './rebalance/allocation.js';
export { allocateByConsistentHash } from './rebalance/consistent-hash.js';
export { allocateByConfig } from './rebalance/fixed-queues.js';
export { allocateByMachineRoom, allocateNearby, type MachineRooms } from './rebalance/machine-rooms.js';
export { movePileUp, type MovePileUpOptions, type PileUpClient, type PileUpMove } from './pile-up/move-pile-up.js';
export { Producer } from './producer/producer.js';
export { TransactionProducer } from './producer/transaction-producer.js';
export type {
  LocalTransaction,
  TransactionListener,
  TransactionSendOptions,
  TransactionSendResult,
  TransactionState,
} from './transaction-types.js';
export { createReply, expectsReply } from './producer/reply-properties.js';
export type { AdmissionLimits } from './producer/send-queue.js';
