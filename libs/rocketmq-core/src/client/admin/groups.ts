import {
  decodeConsumerConnection,
  decodeConsumeStats,
  decodeGroupForbidden,
  decodeSubscriptionGroupConfig,
  decodeSubscriptionGroupWrapper,
  DeleteSubscriptiongroup,
  encodeDataVersion,
  encodeSubscriptionGroupConfig,
  type ConsumerConnection,
  GetAllSubscriptiongroupConfig,
  GetConsumerConnectionList,
  GetConsumeStats,
  GetSubscriptiongroupConfig,
  type MessageQueue,
  newGroupProblem,
  type OffsetWrapper,
  ResponseCode,
  retryTopic,
  SubscriptionGroupConfig,
  UpdateAndCreateSubscriptiongroup,
  UpdateAndGetGroupForbidden,
} from '../../protocol/index.js';
import { InvalidInput, isCallRefused } from '../errors.js';
import type { AdminCall, AdminCallLimits, AdminTarget } from './admin-call.js';
import { everyPage } from './pages.js';
import type { TopicAdmin } from './topics.js';

export interface GroupProgress {
  readonly queue: MessageQueue;
  readonly offsets: OffsetWrapper;
}

/** As Java: the group part of DefaultMQAdminExt. */
export class GroupAdmin {
  constructor(
    private readonly call: AdminCall,
    private readonly topics: TopicAdmin,
  ) {}

  /** On every broker of the target; what is left out has Java's defaults. @throws InvalidInput, CallRefused, OperationFailed */
  async createOrUpdate(
    config: Partial<SubscriptionGroupConfig> & Pick<SubscriptionGroupConfig, 'groupName'>,
    target: AdminTarget = 'all',
    limits: AdminCallLimits = {},
  ): Promise<void> {
    const problem = newGroupProblem(config.groupName);
    if (problem !== undefined) throw new InvalidInput('groupName', problem);
    const body = encodeSubscriptionGroupConfig({ ...SubscriptionGroupConfig.decode('{}'), ...config });
    for (const address of await this.call.masters(target, limits)) {
      await this.call.broker(address, UpdateAndCreateSubscriptiongroup, {}, { ...limits, body });
    }
  }

  /** @param options cleanOffset also forgets how far the group is. @throws CallRefused, OperationFailed */
  async delete(
    group: string,
    options: { readonly cleanOffset?: boolean; readonly target?: AdminTarget } & AdminCallLimits = {},
  ): Promise<void> {
    const { cleanOffset = false, target = 'all', ...limits } = options;
    for (const address of await this.call.masters(target, limits)) {
      await this.call.broker(address, DeleteSubscriptiongroup, { groupName: group, cleanOffset }, limits);
    }
  }

  /** @returns undefined when the broker does not have the group */
  async config(group: string, address: string, limits: AdminCallLimits = {}): Promise<SubscriptionGroupConfig | undefined> {
    try {
      return decodeSubscriptionGroupConfig((await this.call.broker(address, GetSubscriptiongroupConfig, { group }, limits)).body);
    } catch (error) {
      if (!isCallRefused(error)) throw error;
      if (error.responseCode === ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST) return undefined;
      // A 4.x broker does not have this request.
      if (error.responseCode === ResponseCode.REQUEST_CODE_NOT_SUPPORTED) return (await this.configs(address, limits)).get(group);
      throw error;
    }
  }

  /** Every group of one broker, by name. */
  configs(address: string, limits: AdminCallLimits = {}): Promise<ReadonlyMap<string, SubscriptionGroupConfig>> {
    return everyPage(async (page) => {
      const header = { groupSeq: page.sequence, maxGroupNum: page.sizeMax, dataVersion: page.version };
      const answer = await this.call.broker(address, GetAllSubscriptiongroupConfig, header, limits);
      const { subscriptionGroupTable, dataVersion } = decodeSubscriptionGroupWrapper(answer.body);
      return { rows: subscriptionGroupTable, version: encodeDataVersion(dataVersion).toString(), total: answer.header.totalGroupNum };
    });
  }

  /** @returns undefined when no consumer of the group is connected to the broker */
  async connections(group: string, address: string, limits: AdminCallLimits = {}): Promise<ConsumerConnection | undefined> {
    try {
      return decodeConsumerConnection((await this.call.broker(address, GetConsumerConnectionList, { consumerGroup: group }, limits)).body);
    } catch (error) {
      if (isCallRefused(error) && error.responseCode === ResponseCode.CONSUMER_NOT_ONLINE) return undefined;
      throw error;
    }
  }

  /**
   * Whether one broker lets the group read a topic. As Java: DefaultMQAdminExt.updateAndGetGroupReadForbidden.
   * @throws CallRefused, OperationFailed
   */
  async mayRead(group: string, topic: string, address: string, limits: AdminCallLimits = {}): Promise<boolean> {
    const { body } = await this.call.broker(address, UpdateAndGetGroupForbidden, { group, topic }, limits);
    return decodeGroupForbidden(body).readable ?? true;
  }

  /**
   * Forbids a group to read a topic, or allows it again; others are not touched. Its pulls are answered with NO_PERMISSION meanwhile.
   * @throws CallRefused, OperationFailed
   */
  async setMayRead(
    group: string,
    topic: string,
    readable: boolean,
    { target = 'all', ...limits }: AdminCallLimits & { readonly target?: AdminTarget } = {},
  ): Promise<void> {
    for (const address of await this.call.masters(target, limits)) {
      await this.call.broker(address, UpdateAndGetGroupForbidden, { group, topic, readable }, limits);
    }
  }

  /**
   * How far the group is in every queue of its topics, or of one topic.
   * @throws CallRefused, OperationFailed
   */
  async progress(group: string, topic?: string, limits: AdminCallLimits = {}): Promise<readonly GroupProgress[]> {
    const rows: GroupProgress[] = [];
    const header = { consumerGroup: group, ...(topic !== undefined && { topic }) };
    // Brokers that the group never met have no retry topic of it. As Java: DefaultMQAdminExtImpl.examineConsumeStats.
    for (const address of await this.topics.brokersOf(retryTopic(group), limits)) {
      rows.push(...(await this.rowsAt(address, header, limits)));
    }
    return rows;
  }

  /** The same, on one broker. */
  progressAt(address: string, group: string, topic: string, limits: AdminCallLimits = {}): Promise<readonly GroupProgress[]> {
    return this.rowsAt(address, { consumerGroup: group, topic }, limits);
  }

  /** Messages that the group has not consumed. */
  async lag(group: string, topic?: string, limits: AdminCallLimits = {}): Promise<number> {
    const rows = await this.progress(group, topic, limits);
    return rows.reduce((lag, { offsets }) => lag + Math.max(0, offsets.brokerOffset - offsets.consumerOffset), 0);
  }

  private async rowsAt(
    address: string,
    header: { readonly consumerGroup: string; readonly topic?: string },
    limits: AdminCallLimits,
  ): Promise<GroupProgress[]> {
    const { offsetTable } = decodeConsumeStats((await this.call.broker(address, GetConsumeStats, header, limits)).body);
    return offsetTable.map(([queue, offsets]) => ({ queue, offsets }));
  }
}
