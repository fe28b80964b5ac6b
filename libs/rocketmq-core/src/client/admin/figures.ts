import {
  type BrokerStatsData,
  type ConsumeStatsList,
  decodeBrokerStatsData,
  decodeConsumeStatsList,
  decodeQueryConsumeTimeSpanBody,
  GetBrokerConsumeStats,
  QueryConsumeTimeSpan,
  type QueueTimeSpan,
  ResponseCode,
  ViewBrokerStatsData,
} from '../../protocol/index.js';
import { isCallRefused } from '../errors.js';
import type { AdminCall, AdminCallLimits } from './admin-call.js';
import type { TopicAdmin } from './topics.js';

/** What brokers count. All of them throw CallRefused and OperationFailed. */
export class FigureAdmin {
  constructor(
    private readonly call: AdminCall,
    private readonly topics: TopicAdmin,
  ) {}

  /** Store times of the first, the last and the last consumed message of each queue. */
  async timeSpan(group: string, topic: string, limits: AdminCallLimits = {}): Promise<readonly QueueTimeSpan[]> {
    const rows: QueueTimeSpan[] = [];
    for (const address of await this.topics.brokersOf(topic, limits)) {
      const { body } = await this.call.broker(address, QueryConsumeTimeSpan, { topic, group }, limits);
      rows.push(...decodeQueryConsumeTimeSpanBody(body).consumeTimeSpanSet);
    }
    return rows;
  }

  /** How far every group of one broker is. */
  async consumeStats(address: string, options: { readonly orderedOnly?: boolean } & AdminCallLimits = {}): Promise<ConsumeStatsList> {
    const { orderedOnly = false, ...limits } = options;
    return decodeConsumeStatsList((await this.call.broker(address, GetBrokerConsumeStats, { isOrder: orderedOnly }, limits)).body);
  }

  /**
   * @param name for example TOPIC_PUT_NUMS (key: the topic) or GROUP_GET_NUMS (key: `topic@group`)
   * @returns undefined when nothing was counted under that name and key
   */
  async stats(
    address: string,
    { name, key }: { readonly name: string; readonly key: string },
    limits: AdminCallLimits = {},
  ): Promise<BrokerStatsData | undefined> {
    try {
      return decodeBrokerStatsData((await this.call.broker(address, ViewBrokerStatsData, { statsName: name, statsKey: key }, limits)).body);
    } catch (error) {
      if (isCallRefused(error) && error.responseCode === ResponseCode.SYSTEM_ERROR) return undefined;
      throw error;
    }
  }
}
