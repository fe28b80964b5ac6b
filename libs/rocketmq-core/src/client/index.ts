export type { HostAddress, MessageQueue } from '../protocol/index.js';
export { ResponseCode } from '../protocol/index.js';
export type { ClientOptions } from './config/client-options.js';
export type { ConsumeFromWhere, PushConsumerOptions } from './config/consumer-options.js';
export type { ProducerOptions } from './config/producer-options.js';
export { CallRefused, InvalidInput, isCallRefused, isInvalidInput, isSendFailed, SendFailed, type SendFailure } from './errors.js';
export type {
  BatchItemResult,
  BatchListener,
  ConsumeContext,
  ConsumeResult,
  ListenerResult,
  MessageListener,
  OutgoingMessage,
  QueueSelector,
  ReceivedMessage,
  SendOptions,
  SendResult,
  SendStatus,
} from './message-types.js';
export type { AllocateFunction, AllocateStrategy, AllocationInput } from './rebalance/allocate.js';
