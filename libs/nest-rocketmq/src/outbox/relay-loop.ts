import { isInvalidInput, Loop, type Clock, type Logger, type OutgoingMessage } from 'rocketmq-core/client';
import type { OutboxLease, OutboxMessage, OutboxStore } from './outbox-store.js';

const OUTBOX_ID = 'NEST_OUTBOX_ID';

export interface RelayOptions {
  /** How often the table is looked at when nobody says that there is something, ms. Default 1000. */
  readonly pollIntervalMs?: number;
  /** Messages of one look, 1 to 10000. Default 200; those without a common key are sent at once. */
  readonly batchSize?: number;
  /** Pause after the first failure of a message, ms; doubled with each further one. Default 1000. */
  readonly backoffMs?: number;
  /** The longest pause, ms. Default 60 000. */
  readonly backoffMaxMs?: number;
}

export interface RelayParts {
  readonly store: Pick<OutboxStore<never>, 'lease'>;
  readonly send: (message: OutgoingMessage, shardingKey: string | undefined) => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options?: RelayOptions;
}

/**
 * Sends what the outbox holds, oldest first. One relay is at work for a table, in whatever process: it holds the lease, the others wait for it. A message
 * is forgotten after the broker has acknowledged it, so a crash in between sends it again.
 */
export class OutboxRelay {
  private readonly loop: Loop;
  private readonly failures = new Map<string, number>();
  private lease: OutboxLease | undefined;
  private stopping = false;

  constructor(private readonly parts: RelayParts) {
    const { clock, logger, options = {} } = parts;
    const periodMs = options.pollIntervalMs ?? 1000;
    this.loop = new Loop({ name: 'outbox relay', clock, logger, periodMs, initialDelayMs: 0, run: () => this.run() });
  }

  /** Whether this relay is the one that sends. */
  get active(): boolean {
    return this.lease !== undefined && !this.lease.lost;
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when what was being sent has been noted; the lease is free for another relay. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.loop.stop();
    const { lease } = this;
    this.lease = undefined;
    await lease?.release();
  }

  private async run(): Promise<void> {
    if (this.lease?.lost) this.lease = undefined;
    this.lease ??= await this.parts.store.lease(() => this.loop.kick());
    const { lease } = this;
    if (lease === undefined) return;
    const limit = this.parts.options?.batchSize ?? 200;
    for (;;) {
      const messages = await lease.due(limit);
      const sent = await this.sendAll(lease, messages);
      if (sent.length > 0) await lease.sent(sent);
      if (messages.length < limit || this.stopping || lease.lost) return;
    }
  }

  private async sendAll(lease: OutboxLease, messages: readonly OutboxMessage[]): Promise<readonly string[]> {
    const sent: string[] = [];
    const inOrder = async (row: readonly OutboxMessage[]) => {
      for (const message of row) {
        if (lease.lost) return;
        if (!(await this.sendOne(lease, message))) return;
        sent.push(message.id);
      }
    };
    await Promise.all(byKey(messages).map(inOrder));
    return sent;
  }

  private async sendOne(lease: OutboxLease, message: OutboxMessage): Promise<boolean> {
    const { id, topic, body, orderingKey, attributes } = message;
    try {
      await this.parts.send({ ...attributes, topic, body, properties: { ...attributes.properties, [OUTBOX_ID]: id } }, orderingKey);
      this.failures.delete(id);
      return true;
    } catch (error) {
      await lease.failed({
        id,
        error: error instanceof Error ? error.message : String(error),
        retryInMs: this.pauseAfter(id, error, message),
      });
      return false;
    }
  }

  private pauseAfter(id: string, error: unknown, { topic, orderingKey }: OutboxMessage): number | undefined {
    const { logger, options = {} } = this.parts;
    const fields = { id, topic, key: orderingKey, error: error instanceof Error ? error.message : String(error) };
    if (isInvalidInput(error)) {
      logger.log('error', 'a message of the outbox can never be sent; it stays in the table', fields);
      this.failures.delete(id);
      return undefined;
    }
    const count = (this.failures.get(id) ?? 0) + 1;
    this.failures.set(id, count);
    const retryInMs = Math.min((options.backoffMs ?? 1000) * 2 ** (count - 1), options.backoffMaxMs ?? 60_000);
    logger.log('warn', 'a message of the outbox was not sent', { ...fields, retryInMs });
    return retryInMs;
  }
}

/** Messages of one key in a row of their own, each message without a key alone. */
function byKey(messages: readonly OutboxMessage[]): readonly (readonly OutboxMessage[])[] {
  const rows = new Map<string, OutboxMessage[]>();
  for (const message of messages) {
    const key = message.orderingKey === undefined ? `id ${message.id}` : `key ${message.orderingKey}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [message]);
    else row.push(message);
  }
  return [...rows.values()];
}
