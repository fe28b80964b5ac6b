import type { ClientInstance, OutgoingMessage, Producer, QueueSelector, ReceivedMessage, SendOptions } from '../../../src/client/index.js';
import { ourConsuming } from './our-consuming.js';
import { ourLitePulling } from './our-lite-pulling.js';
import { dealt, seenReplyOf, sentOf } from './our-shapes.js';
import { ourTransacting } from './our-transacting.js';
import type { Consuming, ConsumePlan, LitePulling, LitePullPlan, Party, Seen, SendPlan, Sent, Transacting, TransactPlan } from './party.js';
import { answerTimeoutMs } from './short-settings.js';

interface OurPartyParts {
  /** One instance, or another of that name. */
  client(instanceName?: string): Promise<ClientInstance>;
  named(what: string): string;
  /** A folder that ends with the scenario. */
  folder(): string;
}

/** Our client as the scenarios command it. */
export class OurParty implements Party {
  readonly kind = 'ours';
  private sender: Promise<Producer> | undefined;

  constructor(private readonly parts: OurPartyParts) {}

  async send(plan: SendPlan): Promise<readonly Sent[]> {
    const producer = await this.producer();
    const { first = 0, count = 1, mode = 'sync' } = plan;
    const numbers = Array.from({ length: count }, (_, at) => first + at);
    if (mode === 'batch') return this.sendBatch(producer, plan, numbers);
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
    const producer = await this.producer();
    const reply = async (request: ReceivedMessage): Promise<void> => {
      await producer.reply(request, `re: ${request.body.toString()}`);
    };
    return ourConsuming(plan, { client, folder: this.parts.folder(), reply });
  }

  async transact(plan: TransactPlan): Promise<Transacting> {
    return ourTransacting(plan, await this.parts.client());
  }

  async litePull(plan: LitePullPlan): Promise<LitePulling> {
    return ourLitePulling(plan, await this.parts.client());
  }

  async request(topic: string, prefix: string, timeoutMs = 20_000): Promise<Seen> {
    const producer = await this.producer();
    return seenReplyOf(await producer.request(this.message({ topic, prefix }, 0), { timeoutMs }));
  }

  async recall(topic: string, recallHandle: string): Promise<string> {
    return (await this.producer()).recall(topic, recallHandle);
  }

  private async sendBatch(producer: Producer, plan: SendPlan, numbers: readonly number[]): Promise<readonly Sent[]> {
    const items = await producer.sendBatch(numbers.map((number) => this.message(plan, number)));
    return items.map((item, at) => {
      if (!item.sent) throw item.error;
      return sentOf(`${plan.prefix}-${numbers[at] ?? NaN}`, item.result);
    });
  }

  private async producer(): Promise<Producer> {
    this.sender ??= (async () => {
      const producer = (await this.parts.client()).producer({ group: this.parts.named('our-producer'), sendMsgTimeoutMs: answerTimeoutMs });
      await producer.start();
      return producer;
    })();
    return this.sender;
  }

  private message(plan: SendPlan, number: number): OutgoingMessage {
    const key = `${plan.prefix}-${number}`;
    const { topic, properties, delayLevel: delayTimeLevel, delaySec, delayMs, deliverAtMs: deliverAt } = plan;
    return { topic, body: key, keys: key, tags: dealt(plan.tags, number), properties, delayTimeLevel, delaySec, delayMs, deliverAt };
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
}
