import type {
  ClientOptions,
  LitePullConsumerOptions,
  ProducerOptions,
  TransactionProducerOptions,
  TopicSettings,
} from 'rocketmq-core/client';
import type { Codec } from './codec/codec.js';
import type { ListenerConfiguration, ListenerSettings } from './listener/listener-options.js';
import type { RetryPolicy } from './outcome/retry-policy.js';
import type { SendInterceptor } from './observation/send-interceptor.js';
import type { TracingApi } from './tracing/tracing-api.js';

/**
 * When the cluster cannot be reached as the application starts: `fail` ends the start, `retry` tries again for `startupTimeoutMs` and then ends it,
 * `background` lets the application start and goes on trying. Listeners that contradict each other end the start in every case.
 */
export type StartupMode = 'fail' | 'retry' | 'background';

/** Whether topics are made sure of before a listener consumes: `create` makes those that are missing, `check` insists on them, `off` does nothing. */
export type TopicProvisioning = 'create' | 'check' | 'off';

/** One connection to a cluster. */
export interface RocketMQConnectionOptions {
  /** Name servers as `host:port;host:port`. Default: the environment variable NAMESRV_ADDR. */
  readonly namesrvAddr?: string;
  /** Further settings of the client below: timeouts, limits, intervals. */
  readonly client?: Omit<ClientOptions, 'namesrvAddr'>;
  /** The producer behind RocketMQTemplate. Its group defaults to `nest-producer`. */
  readonly producer?: Partial<ProducerOptions>;
  /** The producer behind `sendInTransaction`: as `producer` unless said here. Its group defaults to that of `producer` with `-transactions`. */
  readonly transactions?: Partial<Omit<TransactionProducerOptions, 'listeners'>>;
  /** The consumers behind `receive` of the template. Their group, unless a call names one, has no default. */
  readonly pull?: Partial<LitePullConsumerOptions>;
  /** Group of handlers with Nest's own `@EventPattern` and `@MessagePattern` that name none. Default: they are not served. */
  readonly defaultGroup?: string;
  /** How bodies are written and read unless a listener or a call says otherwise. Default: JSON without an envelope. */
  readonly codec?: Codec;
  /** `import * as api from '@opentelemetry/api'`: spans for what is sent and handled, whose context travels in the properties. Default: none. */
  readonly tracing?: TracingApi;
  /**
   * Whether a listener finds its delivery by `currentDelivery()` and `deliveryLogFields()`. Default true. AsyncLocalStorage, on which they stand, costs
   * every promise of the process something on Node 20 and 22. Where Nest's pipeline has something to do for a listener it is there in any case.
   */
  readonly deliveryScope?: boolean;
  /** Stand around every send of this connection, the first one outermost. */
  readonly sendInterceptors?: readonly SendInterceptor[];
  /** What becomes of messages whose handler failed, where the listener's own policy has no opinion. Default: as the outcome table says. */
  readonly retry?: RetryPolicy;
  /** Default `retry`. */
  readonly startup?: StartupMode;
  /** For `retry`, ms. Default 60 000. */
  readonly startupTimeoutMs?: number;
  /** Settings of listeners by the key that they name; or false: this process runs no listeners. */
  readonly listeners?: false | Readonly<Record<string, ListenerConfiguration>>;
  /** Which listeners this process runs, by what they are. Default: all. */
  readonly role?: (listener: ListenerSettings) => boolean;
  /** Whether listeners consume as soon as the application is ready, unless they say so themselves. Default true. */
  readonly autoStart?: boolean;
  /** For the topics of the listeners and those of `topics`. Default `off`: brokers make topics on the first message, if they are set so. */
  readonly ensureTopics?: TopicProvisioning;
  /** Topics that the application sends to, and settings for those that are created. */
  readonly topics?: readonly (string | TopicSettings)[];
  /**
   * How long a shutdown waits for running handlers, in milliseconds. Default 25 000, below the 30 s after which Kubernetes kills. A handler that runs
   * longer gets its AbortSignal; its message is delivered again later.
   */
  readonly drainTimeoutMs?: number;
}

/** What `RocketMQModule.forRoot` takes. */
export type RocketMQModuleOptions = RocketMQConnectionOptions;

/** What `RocketMQModule.forFeature` adds to a connection. */
export interface RocketMQFeatureOptions {
  /** Name of the connection. Default `default`. */
  readonly connection?: string;
  /** Settings of listeners by the key that they name. */
  readonly listeners: Readonly<Record<string, ListenerConfiguration>>;
}

export const DRAIN_TIMEOUT_MS = 25_000;
export const STARTUP_TIMEOUT_MS = 60_000;
export const PRODUCER_GROUP = 'nest-producer';
