import {
  bySql,
  type ClientInstance,
  type ConsumeResult,
  type PushConsumerOptions,
  type ReceivedMessage,
} from '../../../src/client/index.js';
import { seenOf } from './our-shapes.js';
import type { Consuming, ConsumePlan, Seen } from './party.js';
import { ourConsumerSettings } from './short-settings.js';
import { WatchedList } from './watched-list.js';

interface OurConsumingParts {
  readonly client: ClientInstance;
  /** Where broadcast offsets are kept. */
  readonly folder: string;
  reply(request: ReceivedMessage): Promise<void>;
}

export async function ourConsuming(plan: ConsumePlan, parts: OurConsumingParts): Promise<Consuming> {
  const list = new WatchedList<Seen>(`our consumer of ${plan.topic}`);
  const consumer = parts.client.pushConsumer({ ...optionsOf(plan, parts.folder), onBatch: (messages) => take(messages) });
  const { failTimes = 0, delayLevel = 0, holdMs = 0 } = plan;
  const take = async (messages: readonly ReceivedMessage[]): Promise<ConsumeResult[]> => {
    for (const message of messages) list.add(seenOf(message));
    if (holdMs > 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
    if (plan.replies === true) await Promise.all(messages.map((message) => parts.reply(message)));
    return messages.map(({ reconsumeTimes }) => (reconsumeTimes < failTimes ? { retry: true, delayLevel } : undefined));
  };
  await consumer.start();
  return {
    seen: list.items,
    until: (what, holds, timeoutMs) => list.until(what, holds, timeoutMs),
    pause: () => Promise.resolve(consumer.pause()),
    resume: () => Promise.resolve(consumer.resume()),
    stop: () => consumer.shutdown(),
  };
}

function optionsOf(plan: ConsumePlan, localOffsetStoreDir: string): Omit<PushConsumerOptions, 'onMessage' | 'onBatch'> {
  const { from = 'first', filter = 'TAG', expression = '*' } = plan;
  return {
    ...ourConsumerSettings,
    group: plan.group,
    subscriptions: new Map([[plan.topic, filter === 'SQL92' ? bySql(expression) : expression]]),
    consumeFromWhere: startOf(from),
    consumeMessageBatchMaxSize: plan.batchSize ?? 1,
    orderly: plan.isOrderly ?? false,
    ...(plan.isBroadcasting === true && { messageModel: 'BROADCASTING', localOffsetStoreDir }),
    ...(typeof from === 'number' && { consumeTimestamp: from }),
    ...(plan.concurrency !== undefined && { concurrency: plan.concurrency }),
    ...(plan.suspendMs !== undefined && { suspendCurrentQueueTimeMs: plan.suspendMs }),
    ...(plan.maxReconsumeTimes !== undefined && { maxReconsumeTimes: plan.maxReconsumeTimes }),
  };
}

function startOf(from: 'first' | 'last' | number) {
  if (typeof from === 'number') return 'CONSUME_FROM_TIMESTAMP' as const;
  return from === 'first' ? ('CONSUME_FROM_FIRST_OFFSET' as const) : ('CONSUME_FROM_LAST_OFFSET' as const);
}
