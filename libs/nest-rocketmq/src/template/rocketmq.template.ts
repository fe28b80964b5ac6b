import type { BatchItemResult, OutgoingMessage, SendOptions, SendResult } from 'rocketmq-core/client';
import type { Codec } from '../codec/codec.js';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';

/** `topic` or `topic:tag`. */
export type Destination = string;

export interface MessageOptions {
  /** Business keys by which the message can be found; no spaces. */
  readonly keys?: string | readonly string[];
  readonly tag?: string;
  /** User properties. Names of RocketMQ itself are refused by the client. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly codec?: Codec;
  /** Total budget of the call over all attempts, in milliseconds. Default 3000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

function parseDestination(destination: Destination): { topic: string; tag?: string } {
  const colon = destination.indexOf(':');
  return colon < 0 ? { topic: destination } : { topic: destination.slice(0, colon), tag: destination.slice(colon + 1) };
}

const sendOptionsOf = ({ timeoutMs, signal }: MessageOptions): SendOptions => ({
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
  ...(signal === undefined ? {} : { signal }),
});

/** Sends messages. As RocketMQTemplate of rocketmq-spring, with promises. */
export class RocketMQTemplate {
  constructor(private readonly connection: RocketMQConnection) {}

  /**
   * Resolves when the broker has stored the message as its flush mode says.
   * @throws SendFailed of `rocketmq-core/client`; its `outcome` tells a failure from an unknown result
   */
  async send(destination: Destination, payload: unknown, options: MessageOptions = {}): Promise<SendResult> {
    const producer = await this.connection.producer();
    return producer.send(this.message(destination, payload, options), sendOptionsOf(options));
  }

  /** Messages with the same `shardingKey` go to one queue and keep their order. */
  async sendOrderly(destination: Destination, payload: unknown, shardingKey: string, options: MessageOptions = {}): Promise<SendResult> {
    const producer = await this.connection.producer();
    return producer.send(this.message(destination, payload, options), { ...sendOptionsOf(options), shardingKey });
  }

  /** Hands the message to the socket and learns nothing of its fate. */
  async sendOneway(destination: Destination, payload: unknown, options: MessageOptions = {}): Promise<void> {
    const producer = await this.connection.producer();
    await producer.sendOneway(this.message(destination, payload, options), sendOptionsOf(options));
  }

  /** One request for as many messages as fit; split by size. One result for each payload, in their order. */
  async sendBatch(
    destination: Destination,
    payloads: readonly unknown[],
    options: MessageOptions = {},
  ): Promise<readonly BatchItemResult[]> {
    const producer = await this.connection.producer();
    const messages = payloads.map((payload) => this.message(destination, payload, options));
    return producer.sendBatch(messages, sendOptionsOf(options));
  }

  private message(destination: Destination, payload: unknown, options: MessageOptions): OutgoingMessage {
    const { topic, tag = options.tag } = parseDestination(destination);
    return {
      topic,
      body: (options.codec ?? this.connection.codec).encode(payload),
      ...(tag === undefined ? {} : { tags: tag }),
      ...(options.keys === undefined ? {} : { keys: options.keys }),
      ...(options.properties === undefined ? {} : { properties: options.properties }),
    };
  }
}
