import type { MessageQueue } from '../protocol/index.js';

/** What an application sends. */
export interface OutgoingMessage {
  /** 1 to 127 characters of `%|a-zA-Z0-9_-`. */
  readonly topic: string;
  /** At least one byte. A text is sent as UTF-8. */
  readonly body: Uint8Array | string;
  /** One tag, by which consumers choose. */
  readonly tags?: string | undefined;
  /** Business keys for queries; none of them contains a space. */
  readonly keys?: string | readonly string[] | undefined;
  /** Names and values are not empty. Names that RocketMQ uses itself are refused. */
  readonly properties?: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined;
  /** int32 of the application's own. */
  readonly flag?: number | undefined;
  /** Whether the broker waits for the flush and the replicas that it is configured for; default true. */
  readonly waitStoreMsgOK?: boolean | undefined;
  /**
   * Delivers the message later: after the delay of the level (from 1 on), as the broker's `messageDelayLevel` says. At most one of the four ways to
   * delay is allowed.
   */
  readonly delayTimeLevel?: number | undefined;
  /** Delivers the message so many seconds later, up to the broker's `timerMaxDelaySec`. Needs the broker's timer. */
  readonly delaySec?: number | undefined;
  /** In milliseconds; the broker rounds up to its `timerPrecisionMs`. */
  readonly delayMs?: number | undefined;
  /** Delivers the message at that time, not before: a date or milliseconds since the epoch. */
  readonly deliverAt?: Date | number | undefined;
  /** Makes the message the answer to a request; see `createReply`. */
  readonly replyTo?: ReplyAddress | undefined;
}

/** Who asked, and what. */
export interface ReplyAddress {
  readonly correlationId: string;
  readonly clientId: string;
  /** How long the requester waits in all, milliseconds, as the request said it. */
  readonly ttl?: string | undefined;
}

/** What comes from a broker, whichever way. */
interface ArrivedMessage {
  /** Decompressed. */
  readonly body: Buffer;
  readonly tags: string | undefined;
  readonly keys: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
  readonly flag: number;
  /** Milliseconds since the epoch, clock of the sender. */
  readonly bornTimestamp: number;
  /** `ip:port` of the sender. */
  readonly bornHost: string;
  /** Milliseconds since the epoch, clock of the broker. */
  readonly storeTimestamp: number;
  /** `ip:port` of the broker. */
  readonly storeHost: string;
}

/** The answer to a request. */
export interface ReplyMessage extends ArrivedMessage {
  readonly correlationId: string;
  /** UNIQ_KEY; undefined when the replier gave none. */
  readonly messageId: string | undefined;
  /** The reply topic of the cluster. */
  readonly topic: string;
}

export interface RequestOptions extends SendOptions {
  /** For the request with its reply, ms; default `sendMsgTimeoutMs` of the producer. */
  readonly timeoutMs?: number;
}

/** Chooses the queue of a message. `queues` is sorted by broker and queue id, and never empty. */
export type QueueSelector<A = unknown> = (queues: readonly MessageQueue[], message: OutgoingMessage, arg: A) => MessageQueue;

export interface SendOptions {
  /** For the send with all its attempts, ms; default `sendMsgTimeoutMs` of the producer. */
  readonly timeoutMs?: number;
  /** Ends the waiting. A request that has left may still be stored: the error then says `unknown`. */
  readonly signal?: AbortSignal;
  /** Sends to this queue, once. */
  readonly queue?: MessageQueue;
  /** Sends to the chosen queue, once. */
  readonly selector?: QueueSelector;
  /** Third argument of `selector`. */
  readonly arg?: unknown;
  /** Messages of one key go to one queue, once each. As Java: SelectMessageQueueByHash. */
  readonly shardingKey?: string;
}

/** Every status means that a broker has the message; all but `SEND_OK` that its flush or its replica did not follow in time. */
export type SendStatus = 'SEND_OK' | 'FLUSH_DISK_TIMEOUT' | 'FLUSH_SLAVE_TIMEOUT' | 'SLAVE_NOT_AVAILABLE';

export interface SendResult {
  readonly status: SendStatus;
  /** UNIQ_KEY: made by the producer, the same for all attempts. */
  readonly messageId: string;
  /** Made by the broker from its address and the place in its log. */
  readonly offsetMessageId: string;
  readonly queue: MessageQueue;
  readonly queueOffset: number;
  readonly transactionId?: string | undefined;
  readonly regionId: string;
  /** Of a message that waits in the broker's timer: by which `recall` takes it back. */
  readonly recallHandle?: string | undefined;
}

/** What became of one message of a batch. */
export type BatchItemResult =
  { readonly sent: true; readonly result: SendResult } | { readonly sent: false; readonly messageId: string; readonly error: Error };

/**
 * What a listener gets. Its fields are read when they are asked for: take those you need by name, for a spread copies none of them. It may be kept; a
 * kept message keeps the answer of the broker that it came with, up to `pullBatchSizeInBytes`.
 */
export interface ReceivedMessage extends ArrivedMessage {
  /** UNIQ_KEY, or the offset id when the producer gave none. */
  readonly messageId: string;
  readonly offsetMessageId: string;
  /** The topic it was sent to, also when it comes from the retry topic. */
  readonly topic: string;
  readonly sysFlag: number;
  /** Where it was stored; its topic is the retry topic for a message that failed before. */
  readonly queue: MessageQueue;
  readonly queueOffset: number;
  /** Position in the commit log of the broker. */
  readonly physicalOffset: number;
  /** Size of the record, bytes. */
  readonly storeSize: number;
  /** Failures so far. */
  readonly reconsumeTimes: number;
  readonly transactionId: string | undefined;
}

export interface ConsumeContext {
  readonly group: string;
  /** Where the messages were stored. */
  readonly queue: MessageQueue;
  /** 1 for the first delivery. */
  readonly attempt: number;
  /** Fires when the shutdown deadline passes, when `consumeTimeoutMs` passes, or when the queue goes to another consumer. */
  readonly signal: AbortSignal;
}

/**
 * When a message that failed is delivered again. `delayLevel` as Java: 0 the broker decides by the number of failures (default), 1 to 18 as its table
 * says, -1 never: it is a dead letter. `delayMs` in its place: after this time, which need not be in the table.
 */
export interface RetryChoice {
  readonly delayLevel?: number;
  readonly delayMs?: number;
}

/**
 * `undefined`: consumed. A listener that throws or rejects is a `retry` at the broker's choice. The reason of a dead letter goes along with it, up to 256
 * characters; the message is then sent to the broker once more, where otherwise only its place is.
 */
export type ConsumeResult =
  undefined | ({ readonly retry: boolean } & RetryChoice) | { readonly deadLetter: true; readonly reason?: string };

/** The messages of a batch up to `ackIndex` (0 is the first, -1 none) are consumed, the others are delivered again. As Java: ConsumeConcurrentlyContext. */
export type PartlyConsumed = { readonly ackIndex: number } & RetryChoice;

/** A listener without a return statement has consumed the message. */
export type ListenerResult = void | ConsumeResult;

export type MessageListener = (message: ReceivedMessage, context: ConsumeContext) => ListenerResult | Promise<ListenerResult>;

export type BatchResult = ListenerResult | readonly ConsumeResult[] | PartlyConsumed;

/** Returns one result for all messages, a list with one for each, or how many of them were consumed. */
export type BatchListener = (messages: readonly ReceivedMessage[], context: ConsumeContext) => BatchResult | Promise<BatchResult>;
