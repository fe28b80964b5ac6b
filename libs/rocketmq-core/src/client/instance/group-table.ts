import type { HeartbeatData } from '../../protocol/index.js';
import type { ConsumeFromWhere } from '../config/consumer-options.js';
import type { MessageModel } from '../config/order-options.js';

export interface ConsumerGroup {
  readonly group: string;
  readonly consumeFromWhere: ConsumeFromWhere;
  /** Default CLUSTERING. */
  readonly messageModel?: MessageModel;
  /** Default CONSUME_PASSIVELY. */
  readonly consumeType?: 'CONSUME_ACTIVELY' | 'CONSUME_PASSIVELY';
  readonly subscribed: readonly {
    readonly topic: string;
    readonly type: 'TAG' | 'SQL92';
    readonly expression: string;
    readonly tags: ReadonlySet<string>;
    readonly tagCodes: readonly number[];
    readonly version: number;
  }[];
}

/** The groups that live in one client. */
export class GroupTable {
  private readonly producers = new Map<string, number>();
  private readonly consumers = new Map<string, () => ConsumerGroup>();

  get hasConsumers(): boolean {
    return this.consumers.size > 0;
  }

  get hasGroups(): boolean {
    return this.hasConsumers || this.producers.size > 0;
  }

  /** Several producers may share a group. */
  addProducer(group: string): void {
    this.producers.set(group, (this.producers.get(group) ?? 0) + 1);
  }

  /** @returns whether it was the last of the group */
  removeProducer(group: string): boolean {
    const left = (this.producers.get(group) ?? 1) - 1;
    if (left > 0) this.producers.set(group, left);
    else this.producers.delete(group);
    return left <= 0;
  }

  /** @returns false when the client has a consumer of this group already: they would be one member for the brokers */
  addConsumer(group: string, describe: () => ConsumerGroup): boolean {
    if (this.consumers.has(group)) return false;
    this.consumers.set(group, describe);
    return true;
  }

  removeConsumer(group: string): void {
    this.consumers.delete(group);
  }

  heartbeat(clientID: string): HeartbeatData {
    return {
      clientID,
      heartbeatFingerprint: 0,
      withoutSub: false,
      producerDataSet: [...this.producers.keys()].map((groupName) => ({ groupName })),
      consumerDataSet: [...this.consumers.values()].map((describe) => consumerData(describe())),
    };
  }
}

function consumerData({
  group,
  consumeFromWhere,
  consumeType = 'CONSUME_PASSIVELY',
  messageModel = 'CLUSTERING',
  subscribed,
}: ConsumerGroup): HeartbeatData['consumerDataSet'][number] {
  return {
    groupName: group,
    consumeType,
    messageModel,
    consumeFromWhere,
    unitMode: false,
    subscriptionDataSet: subscribed.map(subscriptionData),
  };
}

export function subscriptionData({ topic, type, expression, tags, tagCodes, version }: ConsumerGroup['subscribed'][number]) {
  return {
    topic,
    subString: expression,
    tagsSet: [...tags],
    codeSet: [...tagCodes],
    subVersion: version,
    expressionType: type,
    classFilterMode: false,
  };
}
