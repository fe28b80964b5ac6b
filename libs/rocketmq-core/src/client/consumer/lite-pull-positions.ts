import { OperationFailed } from '../../base/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import type { BrokerCalls, CallLimits } from '../instance/calls.js';
import { InvalidInput } from '../errors.js';
import { findMaster, type FindMasterParts } from '../instance/find-master.js';
import { queueText } from '../message-queues.js';

export interface PositionParts extends FindMasterParts {
  readonly calls: Pick<BrokerCalls, 'maxOffset' | 'minOffset' | 'searchOffset'>;
}

/** Asks brokers for places in queues. All of them throw CallRefused and OperationFailed. */
export class LitePullPositions {
  constructor(private readonly parts: PositionParts) {}

  async begin(queue: MessageQueue, limits: CallLimits): Promise<number> {
    return this.parts.calls.minOffset(await this.addressOf(queue), queue, limits);
  }

  async end(queue: MessageQueue, limits: CallLimits): Promise<number> {
    return this.parts.calls.maxOffset(await this.addressOf(queue), queue, limits);
  }

  async at(queue: MessageQueue, timestamp: number, limits: CallLimits): Promise<number> {
    return this.parts.calls.searchOffset(await this.addressOf(queue), queue, timestamp, limits);
  }

  /** @throws InvalidInput when the queue has no such offset */
  async check(queue: MessageQueue, offset: number, limits: CallLimits): Promise<void> {
    const address = await this.addressOf(queue);
    const { calls } = this.parts;
    const [begin, end] = await Promise.all([calls.minOffset(address, queue, limits), calls.maxOffset(address, queue, limits)]);
    if (Number.isSafeInteger(offset) && offset >= begin && offset <= end) return;
    throw new InvalidInput('offset', `${queueText(queue)} has the offsets ${begin} to ${end}, not ${offset}`);
  }

  private async addressOf(queue: MessageQueue): Promise<string> {
    const found = await findMaster(queue, this.parts);
    if (found !== undefined) return found;
    throw new OperationFailed('unavailable', `broker ${queue.brokerName} is not known`, { retriable: true });
  }
}
