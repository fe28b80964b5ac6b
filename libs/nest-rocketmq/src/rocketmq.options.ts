import type { ClientOptions, ProducerOptions } from 'rocketmq-core/client';
import type { Codec } from './codec/codec.js';
import type { SendInterceptor } from './template/send-interceptor.js';

/** One connection to a cluster. */
export interface RocketMQConnectionOptions {
  /** Name servers as `host:port;host:port`. Default: the environment variable NAMESRV_ADDR. */
  readonly namesrvAddr?: string;
  /** Further settings of the client below: timeouts, limits, intervals. */
  readonly client?: Omit<ClientOptions, 'namesrvAddr'>;
  /** The producer behind RocketMQTemplate. Its group defaults to `nest-producer`. */
  readonly producer?: Partial<ProducerOptions>;
  /** How bodies are written and read unless a listener or a call says otherwise. Default: JSON without an envelope. */
  readonly codec?: Codec;
  /** Around every send of the template and of clients, the first outermost. */
  readonly sendInterceptors?: readonly SendInterceptor[];
  /**
   * How long a shutdown waits for running handlers, in milliseconds. Default 25 000, below the 30 s after which Kubernetes kills. A handler that runs
   * longer gets its AbortSignal; its message is delivered again later.
   */
  readonly drainTimeoutMs?: number;
}

/** What `RocketMQModule.forRoot` takes. */
export type RocketMQModuleOptions = RocketMQConnectionOptions;

export const DRAIN_TIMEOUT_MS = 25_000;
export const PRODUCER_GROUP = 'nest-producer';
