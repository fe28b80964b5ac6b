export type { Codec, Encoded, IncomingAbout, OutgoingAbout } from './codec/codec.js';
export { cloudEventsCodec, type CloudEvent, type CloudEventsOptions } from './codec/cloud-events-codec.js';
export { jsonCodec } from './codec/json-codec.js';
export { rawCodec } from './codec/raw-codec.js';
export { ConnectionStatus, type ConnectionPhase, type ConnectionState } from './connection/connection-status.js';
export type { RocketMQClientOptions } from './client/rocketmq-client.options.js';
export { RocketMQClient, type RocketMQClientEvents, type RocketMQClientStatus } from './client/rocketmq.client.js';
export { RocketMQConnection } from './connection/rocketmq.connection.js';
export type { RocketMQDeadLetter } from './dead-letters/dead-letter.js';
export {
  RocketMQDeadLetters,
  type DeadLetterListOptions,
  type DeadLetterPeekOptions,
  type DeadLetterRedriveOptions,
} from './dead-letters/rocketmq.dead-letters.js';
export { DeadLetterListener, type DeadLetterListenerOptions } from './decorators/dead-letter-listener.decorator.js';
export {
  InjectRocketMQConnection,
  InjectRocketMQDeadLetters,
  InjectRocketMQRegistry,
  InjectRocketMQServer,
  InjectRocketMQTemplate,
} from './decorators/inject.decorators.js';
export {
  Message,
  MessageAttempt,
  MessageBody,
  MessageId,
  MessageKeys,
  MessageProperties,
  Messages,
  MessageSignal,
  MessageTag,
  MessageTopic,
} from './decorators/message.decorators.js';
export { OrderlyListener } from './decorators/orderly-listener.decorator.js';
export { RocketMQListenerRegistry, type ListenerInfo, type ResetPosition } from './discovery/listener.registry.js';
export { DecodeError, HandlerTimeoutError } from './errors/delivery.errors.js';
export { ListenerConfigurationError } from './errors/listener-configuration.error.js';
export { MissingTopicsError } from './errors/missing-topics.error.js';
export { RejectException, RetryException } from './outcome/outcome.exceptions.js';
export type { DeliveryObserver, DeliveryReport } from './observation/delivery-observer.js';
export { currentDelivery, deliveryLogFields, type DeliveryLogFields } from './execution/delivery-scope.js';
export type {
  BatchOptions,
  ConsumeFrom,
  ConsumerTuning,
  ListenerConfiguration,
  ListenerSelector,
  ListenerSettings,
  RocketMQListenerOptions,
} from './listener/listener-options.js';
export type { Setting, SettingSource } from './listener/setting.js';
export { Ack, isOutcome, Reject, Retry, type Outcome, type RetryOptions } from './outcome/outcome.js';
export { outcomeTable, type DeliveryEnd, type Fate, type OutcomeRow } from './outcome/outcome-table.js';
export type { ErrorClass, FailedDelivery, RetryPolicy } from './outcome/retry-policy.js';
export { RocketMQListener } from './decorators/rocketmq-listener.decorator.js';
export { Idempotent } from './decorators/idempotent.decorator.js';
export type { IdempotencyEntry, IdempotencyResult, IdempotencyStore } from './idempotency/idempotency-store.js';
export type { IdempotentOptions } from './idempotency/idempotent.metadata.js';
export { MemoryIdempotencyStore, type MemoryIdempotencyOptions } from './idempotency/memory/memory-idempotency-store.js';
export { ListenerConflictError } from './errors/listener-conflict.error.js';
export { RocketMQOutboxModule, type RocketMQOutboxModuleExtras, type RocketMQOutboxModuleOptions } from './outbox/outbox.module.js';
export type { OutboxAttributes, OutboxFailure, OutboxLease, OutboxMessage, OutboxStore } from './outbox/outbox-store.js';
export { OutboxRelay, type RelayOptions, type RelayParts } from './outbox/relay-loop.js';
export { RocketMQOutbox, type OutboxOptions } from './outbox/rocketmq-outbox.js';
export { RocketMQModule } from './rocketmq.module.js';
export type {
  RocketMQConnectionOptions,
  RocketMQFeatureOptions,
  RocketMQModuleOptions,
  StartupMode,
  TopicProvisioning,
} from './rocketmq.options.js';
export { connectionToken, deadLettersToken, registryToken, ROCKETMQ_TRANSPORT, serverToken, templateToken } from './rocketmq.tokens.js';
export type { ReplyError } from './reply/reply-error.js';
export type { Destination } from './template/destination.js';
export type { DelayOptions, MessageOptions } from './template/message-options.js';
export { RocketMQRecord, RocketMQRecordBuilder } from './template/rocketmq-record.js';
export type { PulledPayload, ReceiveOptions } from './template/pull-receivers.js';
export {
  RocketMQTemplate,
  type PayloadOrRecord,
  type TransactionalMessage,
  type TransactionOptions,
} from './template/rocketmq.template.js';
export type { RocketMQTransactionListener, TransactionListenerOptions, TransactionMessage } from './transaction/transaction-listener.js';
export type { LocalWork } from './transaction/transaction-sender.js';
export { TransactionListener } from './decorators/transaction-listener.decorator.js';
export type { Sending, SendInterceptor, SendKind } from './observation/send-interceptor.js';
export { defineTopics, payloadOf, type PayloadType, type TopicDefinition, type Topics } from './topics/define-topics.js';
export { PayloadInvalidError, type StandardSchema } from './topics/standard-schema.js';
export { TopicListener, type TopicListenerOptions } from './decorators/topic-listener.decorator.js';
export type { PayloadOf, ReceivedOf, ReplyOf, TopicRef } from './topics/topic-ref.js';
export type { SpanSettings, TracingApi, TracingSpan } from './tracing/tracing-api.js';
export { isRocketMQContext, RocketMQContext } from './listener/rocketmq.context.js';
export type { RocketMQPatternExtras } from './transport/bare-pattern.js';
export { RocketMQServer, type RocketMQEvents, type RocketMQStatus } from './transport/rocketmq.server.js';
