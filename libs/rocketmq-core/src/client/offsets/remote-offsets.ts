import { messageOf, OperationFailed } from '../../base/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteFinder } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';
import { queueText } from '../message-queues.js';
import { OffsetTable } from './offset-table.js';

export interface RemoteOffsetsParts {
  readonly group: string;
  readonly calls: Pick<BrokerCalls, 'consumerOffset' | 'commitOffset' | 'commitOffsetOneway'>;
  readonly table: Pick<RouteTable, 'readAddress'>;
  readonly routes: Pick<RouteFinder, 'refresh'>;
  readonly logger: Logger;
}

/** As Java: RemoteBrokerOffsetStore. */
const CALL_TIMEOUT_MS = 5000;
const MASTER_ID = 0;

/** The offsets of a group, kept by the brokers of its queues. */
export class RemoteOffsets {
  private readonly known = new OffsetTable();

  constructor(private readonly parts: RemoteOffsetsParts) {}

  /** What the broker has. @returns undefined when it has none. @throws OperationFailed for every other failure */
  async fetch(queue: MessageQueue): Promise<number | undefined> {
    const { calls, group } = this.parts;
    const offset = await calls.consumerOffset(await this.addressOf(queue), { group, queue }, { timeoutMs: CALL_TIMEOUT_MS });
    if (offset !== undefined) this.known.set(queue, offset);
    return offset;
  }

  /** What the next commit will say. */
  read(queue: MessageQueue): number | undefined {
    return this.known.read(queue);
  }

  /** Never goes back. */
  advance(queue: MessageQueue, offset: number): void {
    this.known.advance(queue, offset);
  }

  /** Goes back, too. */
  set(queue: MessageQueue, offset: number): void {
    this.known.set(queue, offset);
  }

  remove(queue: MessageQueue): void {
    this.known.remove(queue);
  }

  /** Tells the broker and waits for its answer. A failure is logged: what is not committed is delivered again. */
  async commit(queue: MessageQueue): Promise<void> {
    const offset = this.known.read(queue);
    if (offset === undefined) return;
    const { calls, group } = this.parts;
    try {
      await calls.commitOffset(await this.addressOf(queue), { group, queue }, offset, { timeoutMs: CALL_TIMEOUT_MS });
    } catch (error) {
      this.warn(queue, error);
    }
  }

  /** Tells every broker, without waiting for answers: the next round repeats what got lost. As Java: persistAll. */
  async commitAll(): Promise<void> {
    const { calls, group } = this.parts;
    for (const { queue, offset } of this.known.all) {
      try {
        await calls.commitOffsetOneway(await this.addressOf(queue), { group, queue }, offset);
      } catch (error) {
        this.warn(queue, error);
      }
    }
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
