import type { PushConsumerOptions } from '../config/consumer-options.js';
import type { PushConsumer } from '../consumer/push-consumer.js';
import { InvalidInput } from '../errors.js';
import type { ReceivedMessage } from '../message-types.js';
import type { Producer } from '../producer/producer.js';
import { movedMessage, orderKey } from './moved-message.js';

export interface MovePileUpOptions {
  /** The group that is behind; nobody else of it may be online. */
  readonly group: string;
  readonly from: string;
  /** Exists, with more queues. */
  readonly to: string;
  /** What keeps its order; default the sharding key, or the first key. Messages without one are spread over all queues. */
  readonly keyOf?: (message: ReceivedMessage) => string | undefined;
  /** More settings of the consumer, for example `followQueueDoubling`. */
  readonly consumer?: Partial<Omit<PushConsumerOptions, 'group' | 'subscriptions' | 'onMessage' | 'onBatch' | 'orderly'>>;
}

/** What `ClientInstance` offers. */
export interface PileUpClient {
  pushConsumer(options: PushConsumerOptions): PushConsumer;
  producer(options: { readonly group: string; readonly autoCreateTopic?: boolean }): Producer;
}

/** Failures after which an orderly message blocks its queue for ever instead of becoming a dead letter. */
const FOR_EVER = 0x7fffffff;

/** A pile-up on its way to a wider topic. */
export interface PileUpMove {
  /** Messages that were moved so far. */
  readonly moved: number;
  /** Ends after the messages that are on their way. */
  stop(): Promise<void>;
}

/**
 * Moves what a group has not consumed to a topic with more queues, where more consumers can share it. In place of the group's handler, which is off,
 * it consumes queue by queue in order and sends each message on before it takes the next of that queue: the order of every key is kept, and the
 * offset moves only behind what is stored. A message whose send was not answered may be moved twice; both copies have the same `movedFrom`.
 * @throws InvalidInput; OperationFailed when no name server answers
 */
export async function movePileUp(client: PileUpClient, options: MovePileUpOptions): Promise<PileUpMove> {
  const { group, from, to, keyOf = orderKey } = options;
  if (from === to) throw new InvalidInput('to', 'a pile-up is moved to another topic');
  const producer = client.producer({ group: `${group}_move`, autoCreateTopic: false });
  let moved = 0;
  const consumer = client.pushConsumer({
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    ...options.consumer,
    ...{ group, subscriptions: new Map([[from, '*']]), orderly: true, maxReconsumeTimes: FOR_EVER },
    onMessage: async (message, { signal }) => {
      const key = keyOf(message);
      await producer.send(movedMessage(message, to), { signal, ...(key !== undefined && { shardingKey: key }) });
      moved += 1;
    },
  });
  await producer.start();
  try {
    await consumer.start();
  } catch (error) {
    await producer.shutdown();
    throw error;
  }
  return {
    get moved() {
      return moved;
    },
    stop: async () => {
      await consumer.shutdown();
      await producer.shutdown();
    },
  };
}
