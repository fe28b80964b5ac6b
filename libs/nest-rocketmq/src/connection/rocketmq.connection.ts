import { ClientInstance, SystemClock, type Clock, type Producer } from 'rocketmq-core/client';
import type { Codec } from '../codec/codec.js';
import { jsonCodec } from '../codec/json-codec.js';
import { DeliveryObservers } from '../observation/delivery-observer.js';
import { DRAIN_TIMEOUT_MS, PRODUCER_GROUP, type RocketMQConnectionOptions } from '../rocketmq.options.js';
import type { SendInterceptor } from '../observation/send-interceptor.js';
import { ProcessSpans } from '../tracing/process-spans.js';
import { sendSpans } from '../tracing/send-spans.js';
import { ConnectionStatus } from './connection-status.js';

/** Every broker registers it. */
const PROBE_TOPIC = 'TBW102';

/** One cluster as seen by one application: the client below and its producer. */
export class RocketMQConnection {
  readonly codec: Codec;
  /** How it is; whoever starts the connection says so here. */
  readonly status = new ConnectionStatus();
  /** Those who see every call of a listener. */
  readonly observers = new DeliveryObservers();
  readonly clock: Clock;
  /** Those that stand around every send, the first one outermost. */
  readonly sendInterceptors: readonly SendInterceptor[];
  private readonly client: ClientInstance;
  private producerStarted: Promise<Producer> | undefined;
  private readyProducer: Producer | undefined;
  private started: Promise<void> | undefined;

  constructor(
    readonly name: string,
    readonly options: RocketMQConnectionOptions,
  ) {
    this.codec = options.codec ?? jsonCodec;
    this.clock = options.client?.clock ?? new SystemClock();
    const { tracing, sendInterceptors = [] } = options;
    this.sendInterceptors = tracing === undefined ? sendInterceptors : [sendSpans(tracing), ...sendInterceptors];
    if (tracing !== undefined) this.observers.add(new ProcessSpans(tracing));
    const { namesrvAddr } = options;
    this.client = new ClientInstance({ ...options.client, ...(namesrvAddr === undefined ? {} : { namesrvAddr }) });
    this.client.onReachability((reachability) => this.status.reaches(reachability));
  }

  /** The client, started. Idempotent; a start that failed is tried again by the next call. */
  async start(): Promise<ClientInstance> {
    this.started ??= this.client.start().catch((error: unknown) => {
      this.started = undefined;
      throw error;
    });
    await this.started;
    return this.client;
  }

  /** The producer of this connection, once it has started. */
  get startedProducer(): Producer | undefined {
    return this.readyProducer;
  }

  /** The producer of this connection, made and started on first use. */
  producer(): Promise<Producer> {
    this.producerStarted ??= this.startProducer().catch((error: unknown) => {
      this.producerStarted = undefined;
      throw error;
    });
    return this.producerStarted;
  }

  /**
   * Asks the name servers something, to know that they are there.
   * @throws OperationFailed
   */
  async probe(): Promise<void> {
    const client = await this.start();
    await client.admin().topics.route(PROBE_TOPIC);
  }

  get drainTimeoutMs(): number {
    return this.options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS;
  }

  /** The client below, for what the template does not offer. */
  unwrap(): ClientInstance {
    return this.client;
  }

  /** Ends the producer and every connection. Idempotent. */
  async close(): Promise<void> {
    await this.client.shutdown(this.drainTimeoutMs);
  }

  private async startProducer(): Promise<Producer> {
    const client = await this.start();
    const producer = client.producer({ group: PRODUCER_GROUP, ...this.options.producer });
    await producer.start();
    this.readyProducer = producer;
    return producer;
  }
}
