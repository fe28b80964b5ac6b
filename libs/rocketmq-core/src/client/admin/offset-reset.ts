import {
  CloneGroupOffset,
  decodeResetOffsetBody,
  type HeaderOf,
  InvokeBrokerToResetOffset,
  type MessageQueue,
  QueryCorrectionOffset,
  decodeQueryCorrectionOffsetBody,
  ResponseCode,
} from '../../protocol/index.js';
import { isCallRefused } from '../errors.js';
import type { AdminCall, AdminCallLimits } from './admin-call.js';
import type { TopicAdmin } from './topics.js';

export interface ResetOptions extends AdminCallLimits {
  /** Milliseconds since the epoch; `last` (default): behind everything that is stored now. */
  readonly to?: number | 'last';
  /** Default true. Otherwise brokers that reset in the consumers move nobody forward. */
  readonly force?: boolean;
  /** Only this queue, and to this offset when one is given. */
  readonly queue?: MessageQueue;
  readonly offset?: number;
}

const LAST = -1;

/** What committing from here needs; `OffsetAdmin` has it. */
interface Positions {
  max(queue: MessageQueue, limits: AdminCallLimits): Promise<number>;
  search(queue: MessageQueue, timestamp: number, limits: AdminCallLimits): Promise<number>;
  commit(group: string, queue: MessageQueue, offset: number, limits: AdminCallLimits): Promise<void>;
}

/** Moves groups to other offsets. All of them throw CallRefused and OperationFailed. */
export class OffsetReset {
  constructor(
    private readonly call: AdminCall,
    private readonly topics: TopicAdmin,
    private readonly offsets: Positions,
  ) {}

  /**
   * The group goes on from a time in every queue of the topic, or in one. Brokers that keep resets (5.x) do it whether the group is online or not;
   * others tell its consumers, and when there are none the offsets are committed from here. As Java: resetOffsetByTimestamp and its old form.
   * @returns the offsets that were set
   */
  async reset(group: string, topic: string, options: ResetOptions = {}): Promise<readonly (readonly [MessageQueue, number])[]> {
    const { to = 'last', force = true, queue, offset, ...limits } = options;
    const timestamp = to === 'last' ? LAST : to;
    const header = {
      ...{ group, topic, timestamp, isForce: force, queueId: queue?.queueId ?? -1 },
      ...(offset !== undefined && { offset }),
    };
    const rows: (readonly [MessageQueue, number])[] = [];
    const addresses = queue === undefined ? await this.topics.brokersOf(topic, limits) : await this.masterOf(queue, limits);
    for (const address of addresses) {
      const there = await this.askFor(address, header, limits);
      rows.push(...(there ?? (await this.commitFor(group, topic, { timestamp, address, queue, offset, limits }))));
    }
    return rows;
  }

  /** Makes the offsets of `destination` those of `source`, in one topic or in all that the source ever committed in. */
  async clone(source: string, destination: string, options: { readonly topic?: string } & AdminCallLimits = {}): Promise<void> {
    const { topic, ...limits } = options;
    const header = { srcGroup: source, destGroup: destination, offline: true };
    const addresses = topic === undefined ? await this.call.masters('all', limits) : await this.topics.brokersOf(topic, limits);
    for (const address of addresses) {
      await this.call.broker(address, CloneGroupOffset, { ...header, ...(topic !== undefined && { topic }) }, limits);
    }
  }

  /** By queue id, on one broker: the smallest offset of any group but those left out, or the greatest number where `group` is behind it. */
  async correction(
    group: string,
    topic: string,
    options: { readonly address: string; readonly leaveOut?: readonly string[] } & AdminCallLimits,
  ): Promise<ReadonlyMap<number, number>> {
    const { address, leaveOut = [], ...limits } = options;
    const header = { topic, compareGroup: group, ...(leaveOut.length > 0 && { filterGroups: leaveOut.join(',') }) };
    return decodeQueryCorrectionOffsetBody((await this.call.broker(address, QueryCorrectionOffset, header, limits)).body).correctionOffsets;
  }

  /** @returns undefined when the broker resets in the consumers, and there are none */
  private async askFor(
    address: string,
    header: HeaderOf<(typeof InvokeBrokerToResetOffset)['request']>,
    limits: AdminCallLimits,
  ): Promise<readonly (readonly [MessageQueue, number])[] | undefined> {
    try {
      return decodeResetOffsetBody((await this.call.broker(address, InvokeBrokerToResetOffset, header, limits)).body).offsetTable;
    } catch (error) {
      if (isCallRefused(error) && error.responseCode === ResponseCode.CONSUMER_NOT_ONLINE) return undefined;
      throw error;
    }
  }

  private masterOf({ brokerName }: MessageQueue, limits: AdminCallLimits): Promise<readonly string[]> {
    return this.call.masters({ brokerName }, limits);
  }

  private async commitFor(
    group: string,
    topic: string,
    wish: {
      readonly timestamp: number;
      readonly address: string;
      readonly queue: MessageQueue | undefined;
      readonly offset: number | undefined;
      readonly limits: AdminCallLimits;
    },
  ): Promise<(readonly [MessageQueue, number])[]> {
    const { timestamp, address, queue, offset, limits } = wish;
    const queues = queue === undefined ? await this.topics.queuesAt(topic, address, limits) : [queue];
    const rows: (readonly [MessageQueue, number])[] = [];
    for (const one of queues) {
      const byTime = () => (timestamp === LAST ? this.offsets.max(one, limits) : this.offsets.search(one, timestamp, limits));
      const target = offset ?? (await byTime());
      await this.offsets.commit(group, one, target, limits);
      rows.push([one, target]);
    }
    return rows;
  }
}
