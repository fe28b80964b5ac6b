import {
  AUTO_CREATE_TOPIC,
  decodeGroupList,
  decodeTopicConfigAndMappingSerializeWrapper,
  decodeTopicConfigAndQueueMapping,
  decodeTopicList,
  decodeTopicRouteData,
  decodeTopicStatsTable,
  DeleteTopicInBroker,
  DeleteTopicInNamesrv,
  encodeDataVersion,
  GetAllTopicConfig,
  GetAllTopicListFromNameserver,
  GetRouteinfoByTopic,
  GetTopicConfig,
  GetTopicStatsInfo,
  type MessageQueue,
  QueryTopicConsumeByWho,
  ResponseCode,
  type TopicConfig,
  type TopicOffset,
  topicProblem,
  type TopicRouteData,
  UpdateAndCreateTopic,
} from '../../protocol/index.js';
import { ranged } from '../config/ranges.js';
import { CallRefused, InvalidInput, isCallRefused } from '../errors.js';
import type { AdminCall, AdminCallLimits, AdminTarget } from './admin-call.js';
import { everyPage } from './pages.js';

export interface TopicSettings {
  readonly topic: string;
  /** 1 to 65535; default 8. As Java: mqadmin updateTopic. */
  readonly readQueueNums?: number;
  /** 1 to 65535; default 8. */
  readonly writeQueueNums?: number;
  /** 2 write, 4 read, 6 both (default). */
  readonly perm?: number;
  readonly order?: boolean;
  /** Changes of attributes, for example `+message.type=FIFO`. */
  readonly attributes?: ReadonlyMap<string, string>;
}

/** As Java: the topic part of DefaultMQAdminExt. */
export class TopicAdmin {
  constructor(private readonly call: AdminCall) {}

  /** On every broker of the target. @throws InvalidInput, CallRefused, OperationFailed */
  async createOrUpdate(settings: TopicSettings, target: AdminTarget = 'all', limits: AdminCallLimits = {}): Promise<void> {
    const { topic, perm = 6, order = false, attributes } = settings;
    const problem = topicProblem(topic);
    if (problem !== undefined) throw new InvalidInput('topic', problem);
    const header = {
      topic,
      defaultTopic: AUTO_CREATE_TOPIC,
      readQueueNums: ranged('readQueueNums', settings.readQueueNums, 8, [1, 65535]),
      writeQueueNums: ranged('writeQueueNums', settings.writeQueueNums, 8, [1, 65535]),
      perm: ranged('perm', perm, perm, [0, 7]),
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order,
      ...(attributes && { attributes: [...attributes].map(([name, value]) => `${name}=${value}`).join(',') }),
    };
    for (const address of await this.call.masters(target, limits)) await this.call.broker(address, UpdateAndCreateTopic, header, limits);
  }

  /** As it is given, on one broker; its attributes stay as they are there. @throws CallRefused, OperationFailed */
  async put(config: TopicConfig, address: string, limits: AdminCallLimits = {}): Promise<void> {
    const { topicName: topic, readQueueNums, writeQueueNums, perm, topicFilterType, topicSysFlag, order } = config;
    const header = { topic, defaultTopic: AUTO_CREATE_TOPIC, readQueueNums, writeQueueNums, perm, topicFilterType, topicSysFlag, order };
    await this.call.broker(address, UpdateAndCreateTopic, header, limits);
  }

  /** On every broker of the target and on the name servers. @throws CallRefused, OperationFailed */
  async delete(topic: string, target: AdminTarget = 'all', limits: AdminCallLimits = {}): Promise<void> {
    for (const address of await this.call.masters(target, limits)) await this.call.broker(address, DeleteTopicInBroker, { topic }, limits);
    const header = { topic, ...(typeof target === 'object' && 'cluster' in target && { clusterName: target.cluster }) };
    for (const address of this.call.nameServerAddresses) await this.call.broker(address, DeleteTopicInNamesrv, header, limits);
  }

  /** Names of all topics that the name servers know. */
  async list(limits: AdminCallLimits = {}): Promise<readonly string[]> {
    return decodeTopicList((await this.call.nameServerSuccess(GetAllTopicListFromNameserver, {}, limits)).body).topicList;
  }

  /** @returns undefined when the name servers do not know the topic */
  async route(topic: string, limits: AdminCallLimits = {}): Promise<TopicRouteData | undefined> {
    const answer = await this.call.nameServer(GetRouteinfoByTopic, { topic, acceptStandardJsonOnly: true }, limits);
    if (answer.code === ResponseCode.TOPIC_NOT_EXIST) return undefined;
    if (answer.code !== ResponseCode.SUCCESS) throw new CallRefused(GetRouteinfoByTopic.name, 'the name server', answer);
    return decodeTopicRouteData(answer.body);
  }

  /** @returns undefined when the broker does not have the topic */
  async config(topic: string, address: string, limits: AdminCallLimits = {}): Promise<TopicConfig | undefined> {
    try {
      return decodeTopicConfigAndQueueMapping((await this.call.broker(address, GetTopicConfig, { topic }, limits)).body);
    } catch (error) {
      if (!isCallRefused(error)) throw error;
      if (error.responseCode === ResponseCode.TOPIC_NOT_EXIST) return undefined;
      // A 4.x broker does not have this request.
      if (error.responseCode === ResponseCode.REQUEST_CODE_NOT_SUPPORTED) return (await this.configs(address, limits)).get(topic);
      throw error;
    }
  }

  /** Every topic of one broker, by name. */
  configs(address: string, limits: AdminCallLimits = {}): Promise<ReadonlyMap<string, TopicConfig>> {
    return everyPage(async (page) => {
      const header = { topicSeq: page.sequence, maxTopicNum: page.sizeMax, dataVersion: page.version };
      const answer = await this.call.broker(address, GetAllTopicConfig, header, limits);
      const { topicConfigTable, dataVersion } = decodeTopicConfigAndMappingSerializeWrapper(answer.body);
      return { rows: topicConfigTable, version: encodeDataVersion(dataVersion).toString(), total: answer.header.totalTopicNum };
    });
  }

  /** First offset, end and last write of every queue. @throws OperationFailed; an unknown topic has no queues */
  async stats(topic: string, limits: AdminCallLimits = {}): Promise<readonly (readonly [MessageQueue, TopicOffset])[]> {
    const rows: (readonly [MessageQueue, TopicOffset])[] = [];
    for (const address of await this.brokersOf(topic, limits)) {
      rows.push(...decodeTopicStatsTable((await this.call.broker(address, GetTopicStatsInfo, { topic }, limits)).body).offsetTable);
    }
    return rows;
  }

  /** The queues of the topic on one broker. */
  async queuesAt(topic: string, address: string, limits: AdminCallLimits = {}): Promise<readonly MessageQueue[]> {
    const { body } = await this.call.broker(address, GetTopicStatsInfo, { topic }, limits);
    return decodeTopicStatsTable(body).offsetTable.map(([queue]) => queue);
  }

  /** Groups that consume the topic now, or ever did. */
  async groups(topic: string, limits: AdminCallLimits = {}): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const address of await this.brokersOf(topic, limits)) {
      const { body } = await this.call.broker(address, QueryTopicConsumeByWho, { topic }, limits);
      for (const group of decodeGroupList(body).groupList) names.add(group);
    }
    return [...names];
  }

  /** The master of each broker that has the topic. */
  async brokersOf(topic: string, limits: AdminCallLimits = {}): Promise<readonly string[]> {
    const route = await this.route(topic, limits);
    const addresses = route?.brokerDatas.map(({ brokerAddrs }) => brokerAddrs.get(0) ?? [...brokerAddrs.values()][0]);
    return addresses?.filter((address) => address !== undefined) ?? [];
  }
}
