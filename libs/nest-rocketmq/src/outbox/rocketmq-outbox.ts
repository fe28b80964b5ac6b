import { randomUUID } from 'node:crypto';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { Destination, Place } from '../template/destination.js';
import type { MessageOptions } from '../template/message-options.js';
import { draftOf, outgoingMessage } from '../template/outgoing.js';
import type { PayloadOrRecord } from '../template/rocketmq.template.js';
import type { OutboxMessage, OutboxStore } from './outbox-store.js';

/** What an outbox keeps of MessageOptions. */
export type OutboxOptions = Pick<
  MessageOptions,
  'keys' | 'tag' | 'properties' | 'flag' | 'shardingKey' | 'codec' | 'delayLevel' | 'delayMs' | 'deliverAt'
>;

/** Sends messages by way of a table: they leave if, and only if, the transaction that added them commits. */
export class RocketMQOutbox<Tx> {
  constructor(
    private readonly connection: RocketMQConnection,
    private readonly store: OutboxStore<Tx>,
  ) {}

  /**
   * Adds a message to the caller's transaction. The relay sends it at least once, messages with the same `shardingKey` in the order of their commits.
   * @returns its id, which travels as property `NEST_OUTBOX_ID`
   */
  async add<In = unknown>(
    transaction: Tx,
    destination: Destination<In>,
    payload: PayloadOrRecord<NoInfer<In>>,
    options: OutboxOptions = {},
  ): Promise<string> {
    const message = await this.message(destination, payload, options);
    await this.store.append(transaction, [message]);
    return message.id;
  }

  /** The same for several payloads in one statement. */
  async addAll<In = unknown>(
    transaction: Tx,
    destination: Destination<In>,
    payloads: readonly PayloadOrRecord<NoInfer<In>>[],
    options: OutboxOptions = {},
  ): Promise<readonly string[]> {
    const messages = await Promise.all(payloads.map((payload) => this.message(destination, payload, options)));
    if (messages.length > 0) await this.store.append(transaction, messages);
    return messages.map(({ id }) => id);
  }

  private async message(destination: string | Place, payload: unknown, given: OutboxOptions): Promise<OutboxMessage> {
    const draft = draftOf(destination, payload, given);
    const { topic, body, tags, keys, properties, flag, delayTimeLevel, delayMs, deliverAt } = await outgoingMessage(
      draft,
      this.connection.codec,
    );
    // The delay counts from now on, not from whenever the relay gets to it.
    const dueMs = delayMs === undefined ? deliverAt : this.connection.clock.now() + delayMs;
    const attributes = {
      ...{ tags, properties: properties as Record<string, string> | undefined, flag, delayTimeLevel },
      keys: typeof keys === 'string' ? [keys] : keys,
      deliverAt: dueMs instanceof Date ? dueMs.getTime() : dueMs,
    };
    const known = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
    return { id: randomUUID(), topic, body: Buffer.from(body), orderingKey: draft.options.shardingKey, attributes: known };
  }
}
