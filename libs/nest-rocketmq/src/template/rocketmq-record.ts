import type { MessageOptions } from './message-options.js';

const brand = Symbol.for('nest-rocketmq.record');

/** A payload with what else the message carries: taken wherever a payload is, and by `emit` and `send` of RocketMQClient. */
export class RocketMQRecord<T = unknown> {
  readonly [brand] = true;

  constructor(
    readonly payload: T,
    readonly options: MessageOptions,
  ) {}
}

export const isRocketMQRecord = (value: unknown): value is RocketMQRecord => typeof value === 'object' && value !== null && brand in value;

/** `new RocketMQRecordBuilder(order).setTag('placed').setKeys(order.id).build()`, as the builders of Nest's own transports. */
export class RocketMQRecordBuilder<T> {
  private options: MessageOptions = {};

  constructor(private payload: T) {}

  setPayload(payload: T): this {
    this.payload = payload;
    return this;
  }

  setTag(tag: string): this {
    return this.with({ tag });
  }

  /** Business keys; none contains a space. */
  setKeys(...keys: string[]): this {
    return this.with({ keys });
  }

  setProperty(name: string, value: string): this {
    return this.with({ properties: { ...this.options.properties, [name]: value } });
  }

  /** In place of those that were set before. */
  setProperties(properties: Readonly<Record<string, string>>): this {
    return this.with({ properties });
  }

  /** Messages with the same key keep their order. */
  setShardingKey(shardingKey: string): this {
    return this.with({ shardingKey });
  }

  setDelayLevel(delayLevel: number): this {
    return this.with({ delayLevel });
  }

  setDelayMs(delayMs: number): this {
    return this.with({ delayMs });
  }

  setDeliverAt(deliverAt: Date | number): this {
    return this.with({ deliverAt });
  }

  /** Any other option. */
  setOptions(options: MessageOptions): this {
    return this.with(options);
  }

  build(): RocketMQRecord<T> {
    return new RocketMQRecord(this.payload, this.options);
  }

  private with(options: MessageOptions): this {
    this.options = { ...this.options, ...options };
    return this;
  }
}
