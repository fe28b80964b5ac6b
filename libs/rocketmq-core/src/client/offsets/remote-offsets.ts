import { messageOf, OperationFailed } from '../../base/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteFinder } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';
import { queueText } from '../message-queues.js';
import type { GroupOffsets } from './group-offsets.js';
import { OffsetTable } from './offset-table.js';

export interface RemoteOffsetsParts {
  readonly group: string;
  readonly calls: Pick<BrokerCalls, 'consumerOffset' | 'commitOffset' | 'commitOffsetOneway'>;
  readonly table: Pick<RouteTable, 'readAddress'>;
  readonly routes: Pick<RouteFinder, 'refresh'>;
  /** Whether the queue is this consumer's beyond doubt; default: every queue. What is said of another's would take it back. */
  readonly mayCommit?: (queue: MessageQueue) => boolean;
  readonly logger: Logger;
}

/** As Java: RemoteBrokerOffsetStore. */
const CALL_TIMEOUT_MS = 5000;
const MASTER_ID = 0;

/** The offsets of a group, kept by the brokers of its queues. */
export class RemoteOffsets implements GroupOffsets {
  private readonly known = new OffsetTable();

  constructor(private readonly parts: RemoteOffsetsParts) {}

  load(): Promise<void> {
    return Promise.resolve();
  }

  async fetch(queue: MessageQueue): Promise<number | undefined> {
    const { calls, group } = this.parts;
    const offset = await calls.consumerOffset(await this.addressOf(queue), { group, queue }, { timeoutMs: CALL_TIMEOUT_MS });
    if (offset !== undefined) this.known.set(queue, offset);
    return offset;
  }

  read(queue: MessageQueue): number | undefined {
    return this.known.read(queue);
  }

  advance(queue: MessageQueue, offset: number): void {
    this.known.advance(queue, offset);
  }

  set(queue: MessageQueue, offset: number): void {
    this.known.set(queue, offset);
  }

  remove(queue: MessageQueue): void {
    this.known.remove(queue);
  }

  /** Tells the broker and waits for its answer. */
  async commit(queue: MessageQueue): Promise<void> {
    await this.store(queue).catch((error: unknown) => this.warn(queue, error));
  }

  async store(queue: MessageQueue): Promise<void> {
    const offset = this.known.read(queue);
    if (offset === undefined || !this.mayCommit(queue)) return;
    const { calls, group } = this.parts;
    await calls.commitOffset(await this.addressOf(queue), { group, queue }, offset, { timeoutMs: CALL_TIMEOUT_MS });
  }

  /** Tells every broker, without waiting for answers: the next round repeats what got lost. As Java: persistAll. */
  async commitAll(): Promise<void> {
    const { calls, group } = this.parts;
    for (const { queue, offset } of this.known.all) {
      if (!this.mayCommit(queue)) continue;
      try {
        await calls.commitOffsetOneway(await this.addressOf(queue), { group, queue }, offset);
      } catch (error) {
        this.warn(queue, error);
      }
    }
  }

  private mayCommit(queue: MessageQueue): boolean {
    return this.parts.mayCommit?.(queue) ?? true;
  }

  private warn(queue: MessageQueue, error: unknown): void {
    this.parts.logger.log('warn', 'offset not committed', { queue: queueText(queue), error: messageOf(error) });
  }

  private async addressOf(queue: MessageQueue): Promise<string> {
    const { table, routes } = this.parts;
    const known = table.readAddress(queue.brokerName, MASTER_ID);
    if (known !== undefined) return known.address;
    await routes.refresh(queue.topic);
    const found = table.readAddress(queue.brokerName, MASTER_ID);
    if (found !== undefined) return found.address;
    throw new OperationFailed('unavailable', `broker ${queue.brokerName} is not known`, { retriable: true });
  }
}
