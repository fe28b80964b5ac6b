import type { SendOptions } from 'rocketmq-core/client';
import type { Codec } from '../codec/codec.js';

/** When the message is delivered: at most one of these. */
export interface DelayOptions {
  /** Level of the broker's `messageDelayLevel`, from 1 on. */
  readonly delayLevel?: number;
  /** So many milliseconds from now; the broker rounds up to its `timerPrecisionMs` (1000). */
  readonly delayMs?: number;
  /** Not before this time: a date or milliseconds since the epoch. */
  readonly deliverAt?: Date | number;
}

export interface MessageOptions extends DelayOptions {
  /** Business keys by which the message can be found; no spaces. */
  readonly keys?: string | readonly string[];
  /** Chosen unless the destination names a tag. */
  readonly tag?: string;
  /** User properties. Names of RocketMQ itself are refused by the client. */
  readonly properties?: Readonly<Record<string, string>>;
  /** int32 of the application's own. */
  readonly flag?: number;
  /** Whether the broker waits for the flush and the replicas that it is configured for. Default true. */
  readonly waitStoreMsgOK?: boolean;
  /** Messages with the same key go to one queue and keep their order. */
  readonly shardingKey?: string;
  /** Chooses the queue in place of `shardingKey`. */
  readonly selector?: SendOptions['selector'];
  /** Default: the codec of the typed topic, else of the connection. */
  readonly codec?: Codec;
  /** Total budget of the call over all attempts (for a request, with its reply), in milliseconds. Default 3000. */
  readonly timeoutMs?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

export const sendOptionsOf = ({ timeoutMs, signal, shardingKey, selector }: MessageOptions): SendOptions => ({
  timeoutMs,
  signal,
  shardingKey,
  selector,
});

export const isDelayed = ({ delayLevel, delayMs, deliverAt }: DelayOptions): boolean =>
  delayLevel !== undefined || delayMs !== undefined || deliverAt !== undefined;
