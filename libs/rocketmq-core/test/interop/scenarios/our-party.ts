import type {
  ClientInstance,
  ConsumeResult,
  OutgoingMessage,
  Producer,
  PushConsumerOptions,
  QueueSelector,
  ReceivedMessage,
  SendOptions,
  SendResult,
} from '../../../src/client/index.js';
import type { Consuming, ConsumePlan, LitePulling, LitePullPlan, Party, Seen, SendPlan, Sent, Transacting, TransactPlan } from './party.js';
import { ourConsumerSettings } from './short-settings.js';
import { WatchedList } from './watched-list.js';

interface OurPartyParts {
  /** One instance, or another of that name. */
  client(instanceName?: string): Promise<ClientInstance>;
  named(what: string): string;
}

const dealt = <T>(list: readonly T[] | undefined, number: number): T | undefined => list?.[number % list.length];

const keyOf = (message: ReceivedMessage): string => message.keys.join(' ');

const seenOf = (message: ReceivedMessage): Seen => ({
  key: keyOf(message),
  topic: message.topic,
  body: message.body.toString(),
  tags: message.tags,
  messageId: message.messageId,
  queueId: message.queue.queueId,
  queueOffset: message.queueOffset,
  reconsumeTimes: message.reconsumeTimes,
  bornTimestamp: message.bornTimestamp,
  storeTimestamp: message.storeTimestamp,
  seenAtMs: Date.now(),
  properties: Object.fromEntries(message.properties),
});

const sentOf = (key: string, result: SendResult): Sent => ({
  key,
  status: result.status,
  messageId: result.messageId,
  queueId: result.queue.queueId,
  queueOffset: result.queueOffset,
  transactionId: result.transactionId,
});

/** Our client as the scenarios command it. */
export class OurParty implements Party {
  readonly kind = 'ours';
  private sender: Promise<Producer> | undefined;

  constructor(private readonly parts: OurPartyParts) {}

  async send(plan: SendPlan): Promise<readonly Sent[]> {
    const producer = await this.producer();
    const { first = 0, count = 1, mode = 'sync' } = plan;
    const numbers = Array.from({ length: count }, (_, at) => first + at);
    if (mode === 'batch') {
      const items = await producer.sendBatch(numbers.map((number) => this.message(plan, number)));
      return items.map((item, at) => {
        if (!item.sent) throw item.error;
        return sentOf(`${plan.prefix}-${first + at}`, item.result);
      });
    }
    const sendOne = async (number: number): Promise<readonly Sent[]> => {
      const message = this.message(plan, number);
      const options = this.sendOptions(plan, number);
      if (mode === 'oneway') return (await producer.sendOneway(message, options), []);
      return [sentOf(`${plan.prefix}-${number}`, await producer.send(message, options))];
    };
    if (mode === 'async') return (await Promise.all(numbers.map(sendOne))).flat();
    const sent: Sent[] = [];
    for (const number of numbers) sent.push(...(await sendOne(number)));
    return sent;
  }

  async consume(plan: ConsumePlan): Promise<Consuming> {
    const client = await this.parts.client(plan.instanceName);
    const list = new WatchedList<Seen>(`our consumer of ${plan.topic}`);
    const consumer = client.pushConsumer(this.consumerOptions(plan, list));
    await consumer.start();
    return {
      seen: list.items,
      until: (what, holds, timeoutMs) => list.until(what, holds, timeoutMs),
      pause: () => Promise.resolve(consumer.pause()),
      resume: () => Promise.resolve(consumer.resume()),
      stop: () => consumer.shutdown(),
    };
  }

  transact(plan: TransactPlan): Promise<Transacting> {
    return Promise.reject(new Error(`our client has no transactions for ${plan.topic}`));
  }

  litePull(plan: LitePullPlan): Promise<LitePulling> {
    return Promise.reject(new Error(`our client has no lite pull consumer for ${plan.topic}`));
  }

  request(topic: string): Promise<Seen> {
    return Promise.reject(new Error(`our client has no requests for ${topic}`));
  }

  recall(topic: string): Promise<string> {
    return Promise.reject(new Error(`our client recalls nothing of ${topic}`));
  }

  private async producer(): Promise<Producer> {
    this.sender ??= (async () => {
      const producer = (await this.parts.client()).producer({ group: this.parts.named('our-producer') });
      await producer.start();
      return producer;
    })();
    return this.sender;
  }

  private message(plan: SendPlan, number: number): OutgoingMessage {
    const key = `${plan.prefix}-${number}`;
    return { topic: plan.topic, body: key, keys: key, tags: dealt(plan.tags, number), properties: plan.properties };
  }

  private sendOptions({ queueId, shardingKeys }: SendPlan, number: number): SendOptions {
    const shardingKey = dealt(shardingKeys, number);
    if (shardingKey !== undefined) return { shardingKey };
    if (queueId === undefined) return {};
    const selector: QueueSelector = (queues) => {
      const queue = queues.find((one) => one.queueId === queueId);
      if (queue === undefined) throw new Error(`no queue ${queueId}`);
      return queue;
    };
    return { selector };
  }

  private consumerOptions(plan: ConsumePlan, list: WatchedList<Seen>): PushConsumerOptions {
    const { from = 'first', failTimes = 0, delayLevel = 0, holdMs = 0 } = plan;
    const take = async (messages: readonly ReceivedMessage[]): Promise<ConsumeResult[]> => {
      for (const message of messages) list.add(seenOf(message));
      if (holdMs > 0) await new Promise((resolve) => setTimeout(resolve, holdMs));
      return messages.map(({ reconsumeTimes }) => (reconsumeTimes < failTimes ? { retry: true, delayLevel } : undefined));
    };
    return {
      ...ourConsumerSettings,
      group: plan.group,
      subscriptions: new Map([[plan.topic, plan.expression ?? '*']]),
      consumeFromWhere: startOf(from),
      consumeMessageBatchMaxSize: plan.batchSize ?? 1,
      onBatch: take,
      ...(typeof from === 'number' && { consumeTimestamp: from }),
      ...(plan.concurrency !== undefined && { concurrency: plan.concurrency }),
      ...(plan.maxReconsumeTimes !== undefined && { maxReconsumeTimes: plan.maxReconsumeTimes }),
    };
  }
}

function startOf(from: 'first' | 'last' | number) {
  if (typeof from === 'number') return 'CONSUME_FROM_TIMESTAMP' as const;
  return from === 'first' ? ('CONSUME_FROM_FIRST_OFFSET' as const) : ('CONSUME_FROM_LAST_OFFSET' as const);
}
