import type { LitePullConsumer, ReceivedMessage } from 'rocketmq-core/client';
import type { Codec } from '../codec/codec.js';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { asError } from '../errors/delivery.errors.js';

export interface ReceiveOptions {
  /** The consumer group. Default: that of `pull` of the connection. */
  readonly group?: string;
  /** How long to wait for messages, ms; 0 does not wait. Default 5000. */
  readonly timeoutMs?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Default: the codec of the typed topic, else of the connection. */
  readonly codec?: Codec;
}

/** A message that was asked for. */
export interface PulledPayload<T = unknown> {
  /** undefined when `undecodable` says why. */
  readonly payload: T | undefined;
  readonly undecodable: Error | undefined;
  readonly message: ReceivedMessage;
}

export interface PullPlace {
  readonly topic: string;
  readonly tag: string | undefined;
}

interface Receiver {
  readonly place: string;
  readonly consumer: Promise<LitePullConsumer>;
}

const textOf = ({ topic, tag = '*' }: PullPlace) => `${topic}:${tag}`;

/** The pull consumers of one connection: one for each group, with one topic each. They end with the connection. */
export class PullReceivers {
  private readonly byGroup = new Map<string, Receiver>();

  constructor(private readonly connection: RocketMQConnection) {}

  /** @throws Error when no group is said, or one that receives from another topic; OperationFailed */
  async poll(place: PullPlace, { group, timeoutMs, signal }: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const name = group ?? this.connection.options.pull?.group;
    if (name === undefined) throw new Error('receive needs a group: say it in the call, or under "pull" of the connection');
    const consumer = await this.receiver(name, place);
    return consumer.poll(timeoutMs, signal === undefined ? {} : { signal });
  }

  private async receiver(group: string, place: PullPlace): Promise<LitePullConsumer> {
    const known = this.byGroup.get(group);
    // Members of a group have to subscribe to the same.
    if (known !== undefined && known.place !== textOf(place)) {
      throw new Error(`group ${group} receives from ${known.place}: take another group for ${textOf(place)}`);
    }
    if (known !== undefined) return known.consumer;
    const consumer = this.begin(group, place);
    this.byGroup.set(group, { place: textOf(place), consumer });
    consumer.catch(() => this.byGroup.delete(group));
    return consumer;
  }

  private async begin(group: string, { topic, tag }: PullPlace): Promise<LitePullConsumer> {
    const client = await this.connection.start();
    const consumer = client.litePullConsumer({ ...this.connection.options.pull, group });
    await consumer.subscribe(topic, tag);
    await consumer.start();
    return consumer;
  }
}

export async function pulledPayload<T>(message: ReceivedMessage, codec: Codec): Promise<PulledPayload<T>> {
  try {
    return { payload: (await codec.decode(message.body, message)) as T, undecodable: undefined, message };
  } catch (error) {
    return { payload: undefined, undecodable: asError(error), message };
  }
}
