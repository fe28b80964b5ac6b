import { OperationFailed } from '../../base/index.js';
import {
  type Command,
  GetEarliestMsgStoretime,
  GetMaxOffset,
  GetMinOffset,
  type MessageQueue,
  QueryConsumerOffset,
  ResponseCode,
  SearchOffsetByTimestamp,
  UpdateConsumerOffset,
} from '../../protocol/index.js';
import { isCallRefused } from '../errors.js';
import { present, queueHeader } from '../instance/calls.js';
import { queueText } from '../message-queues.js';
import type { AdminCall, AdminCallLimits } from './admin-call.js';
import { OffsetReset, type ResetOptions } from './offset-reset.js';
import type { TopicAdmin } from './topics.js';

/** Positions in queues, and where groups stand. All of them throw CallRefused and OperationFailed. */
export class OffsetAdmin {
  private readonly resets: OffsetReset;

  constructor(
    private readonly call: AdminCall,
    topics: TopicAdmin,
  ) {
    this.resets = new OffsetReset(call, topics, this);
  }

  /**
   * The group goes on from a time, or from an offset, in every queue of the topic or in one; it may be online.
   * @returns the offsets that were set
   */
  reset(group: string, topic: string, options: ResetOptions = {}): Promise<readonly (readonly [MessageQueue, number])[]> {
    return this.resets.reset(group, topic, options);
  }

  /** Makes the offsets of `destination` those of `source`, in one topic or in all that the source ever committed in. */
  clone(source: string, destination: string, options: { readonly topic?: string } & AdminCallLimits = {}): Promise<void> {
    return this.resets.clone(source, destination, options);
  }

  /** By queue id, on one broker: the smallest offset of any group but those left out, or the greatest number where `group` is behind it. */
  correction(
    group: string,
    topic: string,
    options: { readonly address: string; readonly leaveOut?: readonly string[] } & AdminCallLimits,
  ): Promise<ReadonlyMap<number, number>> {
    return this.resets.correction(group, topic, options);
  }

  /** @returns undefined when the broker knows none */
  async consumerOffset(group: string, queue: MessageQueue, limits: AdminCallLimits = {}): Promise<number | undefined> {
    const address = await this.addressOf(queue, limits);
    try {
      return (await this.call.broker(address, QueryConsumerOffset, { consumerGroup: group, ...queueHeader(queue) }, limits)).header.offset;
    } catch (error) {
      if (isCallRefused(error) && error.responseCode === ResponseCode.QUERY_NOT_FOUND) return undefined;
      throw error;
    }
  }

  async commit(group: string, queue: MessageQueue, commitOffset: number, limits: AdminCallLimits = {}): Promise<void> {
    const header = { consumerGroup: group, ...queueHeader(queue), commitOffset };
    await this.call.broker(await this.addressOf(queue, limits), UpdateConsumerOffset, header, limits);
  }

  /** The first offset that is still there. */
  async min(queue: MessageQueue, limits: AdminCallLimits = {}): Promise<number> {
    const address = await this.addressOf(queue, limits);
    return present(GetMinOffset, address, (await this.call.broker(address, GetMinOffset, queueHeader(queue), limits)).header.offset);
  }

  /** The offset that the next message gets. */
  async max(queue: MessageQueue, limits: AdminCallLimits = {}): Promise<number> {
    const address = await this.addressOf(queue, limits);
    return present(GetMaxOffset, address, (await this.call.broker(address, GetMaxOffset, queueHeader(queue), limits)).header.offset);
  }

  /** @param timestamp milliseconds since the epoch; LOWER (default): the first message stored at it or later, UPPER: the last at it or before */
  async search(
    queue: MessageQueue,
    timestamp: number,
    options: { readonly boundary?: 'LOWER' | 'UPPER' } & AdminCallLimits = {},
  ): Promise<number> {
    const { boundary = 'LOWER', ...limits } = options;
    const address = await this.addressOf(queue, limits);
    const header = { ...queueHeader(queue), timestamp, boundaryType: boundary };
    return present(
      SearchOffsetByTimestamp,
      address,
      (await this.call.broker(address, SearchOffsetByTimestamp, header, limits)).header.offset,
    );
  }

  /** Milliseconds since the epoch; undefined for an empty queue. */
  async earliestStoreTime(queue: MessageQueue, limits: AdminCallLimits = {}): Promise<number | undefined> {
    const address = await this.addressOf(queue, limits);
    const answer = await this.call.broker(address, GetEarliestMsgStoretime, queueHeader(queue), limits);
    const timestamp = present(GetEarliestMsgStoretime as Command, address, answer.header.timestamp);
    return timestamp < 0 ? undefined : timestamp;
  }

  private async addressOf(queue: MessageQueue, limits: AdminCallLimits): Promise<string> {
    const [address] = await this.call.masters({ brokerName: queue.brokerName }, limits);
    if (address === undefined) throw new OperationFailed('unavailable', `${queueText(queue)} has no master`);
    return address;
  }
}
