import type { JavaMessage, JavaSendResult } from '../../../testing/java-driver-lines.js';
import type { JavaConsumer, JavaDriver, JavaSend } from '../../../testing/java-driver.js';
import type { Consuming, ConsumePlan, LitePulling, LitePullPlan, Party, Seen, SendPlan, Sent, Transacting, TransactPlan } from './party.js';
import { pollAll } from './poll-all.js';
import { answerTimeoutMs } from './short-settings.js';
import { WatchedList } from './watched-list.js';

interface JavaPartyParts {
  readonly driver: JavaDriver;
  named(what: string): string;
  onEnd(action: () => Promise<void>): void;
}

const seenOf = (message: JavaMessage): Seen => ({
  key: message.keys ?? '',
  topic: message.topic,
  body: message.body ?? '',
  tags: message.tags,
  messageId: message.msgId,
  queueId: message.queueId,
  queueOffset: message.queueOffset,
  reconsumeTimes: message.reconsumeTimes,
  bornTimestamp: message.bornTimestamp,
  storeTimestamp: message.storeTimestamp,
  seenAtMs: message.seenAtMs,
  properties: message.properties,
});

/** A batch has one result, with the ids of its messages and the first of their offsets. */
const sentOf = ({ keys, status, msgId, queueId, queueOffset, recallHandle, transactionId }: JavaSendResult): Sent[] => {
  const separator = keys.lastIndexOf('-') + 1;
  return msgId.split(',').map((messageId, at) => ({
    key: keys.slice(0, separator) + String(Number(keys.slice(separator)) + at),
    ...{ status, messageId, queueId, queueOffset: queueOffset + at, recallHandle, transactionId },
  }));
};

/** The Java client as the scenarios command it. */
export class JavaParty implements Party {
  readonly kind = 'java';
  private sender: Promise<string> | undefined;

  constructor(private readonly parts: JavaPartyParts) {}

  async send(plan: SendPlan): Promise<readonly Sent[]> {
    return this.sendBy(await this.producer(), plan);
  }

  async consume(plan: ConsumePlan): Promise<Consuming> {
    const { driver } = this.parts;
    const name = this.parts.named('java-consumer');
    const list = new WatchedList<Seen>(`Java consumer of ${plan.topic}`);
    const forget = driver.onMessage(name, (message) => list.add(seenOf(message)));
    const stop = async (): Promise<void> => {
      await driver.stopConsumer(name);
      forget();
    };
    this.parts.onEnd(stop);
    await driver.consumer({ ...consumerOf(plan), name, ...(plan.replies === true && { replyProducer: await this.producer() }) });
    return {
      seen: list.items,
      until: (what, holds, timeoutMs) => list.until(what, holds, timeoutMs),
      pause: () => driver.tell('pauseConsumer', { name }).then(() => undefined),
      resume: () => driver.tell('resumeConsumer', { name }).then(() => undefined),
      stop,
    };
  }

  async transact({ group, outcomes, checks = ['commit'], ...plan }: TransactPlan): Promise<Transacting> {
    const { driver } = this.parts;
    const name = this.parts.named('java-transactions');
    const list = new WatchedList<string>(`checks of ${plan.topic}`);
    const forget = driver.onCheck(name, (key) => list.add(key));
    const stop = async (): Promise<void> => {
      await driver.stopProducer(name);
      forget();
    };
    this.parts.onEnd(stop);
    await driver.producer({ name, group, timeoutMs: answerTimeoutMs, outcomes: outcomes.join(','), checks: checks.join(',') });
    const sent = await this.sendBy(name, plan, 'transaction');
    return { sent, checked: list.items, until: (what, holds, timeoutMs) => list.until(what, holds, timeoutMs), stop };
  }

  async litePull({ assign, ...plan }: LitePullPlan): Promise<LitePulling> {
    const { driver } = this.parts;
    const name = this.parts.named('java-lite-pull');
    const stop = (): Promise<void> => driver.tell('stopLitePull', { name }).then(() => undefined);
    this.parts.onEnd(stop);
    await driver.tell('litePull', { ...plan, name, ...(assign && { assign: assign.join(',') }) });
    return javaLitePulling(driver, name, stop);
  }

  async request(topic: string, prefix: string, timeoutMs = 20_000): Promise<Seen> {
    const { driver } = this.parts;
    const into = this.parts.named('java-reply');
    await driver.tell('request', { name: await this.producer(), topic, prefix, timeoutMs, into });
    const [reply] = driver.received(into);
    if (reply === undefined) throw new Error(`no reply to ${prefix}`);
    return seenOf(reply);
  }

  async recall(topic: string, recallHandle: string): Promise<string> {
    const reply = await this.parts.driver.tell('recall', { name: await this.producer(), topic, handle: recallHandle });
    return reply.get('msgId') ?? '';
  }

  private async sendBy(name: string, plan: SendPlan, mode = modeOf(plan)): Promise<readonly Sent[]> {
    const { tags, shardingKeys, ...rest } = plan;
    const { results, failures } = await this.parts.driver.send({
      ...rest,
      name,
      mode,
      ...(tags && { tags: tags.join(',') }),
      ...(shardingKeys && { shardingKeys: shardingKeys.join(',') }),
    });
    if (failures.length > 0) throw new Error(`not sent: ${JSON.stringify(failures)}`);
    return results.flatMap(sentOf);
  }

  private producer(): Promise<string> {
    this.sender ??= (async () => {
      const name = this.parts.named('java-producer');
      await this.parts.driver.producer({ name, timeoutMs: answerTimeoutMs });
      this.parts.onEnd(() => this.parts.driver.stopProducer(name));
      return name;
    })();
    return this.sender;
  }
}

function modeOf({ mode = 'sync', shardingKeys, queueId }: SendPlan): NonNullable<JavaSend['mode']> {
  if (shardingKeys !== undefined) return 'sharding';
  return queueId === undefined ? mode : 'selector';
}

function consumerOf(plan: ConsumePlan): Omit<JavaConsumer, 'name'> {
  const { from = 'first', isOrderly, isBroadcasting, filter = 'TAG', ...rest } = plan;
  return {
    ...rest,
    filter,
    listener: isOrderly === true ? 'orderly' : 'concurrent',
    model: isBroadcasting === true ? 'broadcasting' : 'clustering',
    ...(typeof from === 'number' ? { from: 'timestamp', timestamp: from } : { from }),
  };
}

function javaLitePulling(driver: JavaDriver, name: string, stop: () => Promise<void>): LitePulling {
  const tell = async (word: string, fields: Record<string, string | number> = {}): Promise<void> => {
    await driver.tell(word, { ...fields, name });
  };
  const ask = async (word: string, field: string, fields: Record<string, string | number> = {}): Promise<string> =>
    (await driver.tell(word, { ...fields, name })).get(field) ?? '';
  const poll = async (timeoutMs = 1000): Promise<readonly Seen[]> => {
    const before = driver.received(name).length;
    await tell('poll', { timeoutMs });
    return driver.received(name).slice(before).map(seenOf);
  };
  return {
    poll,
    pollAll: (count) => pollAll(poll, count),
    seek: (queueId, to) => tell('seek', { queueId, to }),
    pause: (queueIds) => tell('pauseQueues', { queueIds: queueIds.join(',') }),
    resume: (queueIds) => tell('resumeQueues', { queueIds: queueIds.join(',') }),
    commit: () => tell('commitLitePull'),
    committed: async (queueId) => Number(await ask('committed', 'offset', { queueId })),
    queues: async () => (await ask('litePullQueues', 'queues')).split(',').map(Number),
    offsetForTimestamp: async (queueId, timestamp) => Number(await ask('offsetForTimestamp', 'offset', { queueId, timestamp })),
    stop,
  };
}
