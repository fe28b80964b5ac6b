import { OperationFailed } from '../../base/index.js';
import {
  ConsumeMessageDirectly,
  type ConsumeMessageDirectlyResult,
  type ConsumerRunningInfo,
  decodeConsumeMessageDirectlyResult,
  decodeConsumerRunningInfo,
  decodeGetConsumerStatusBody,
  decodeProducerConnection,
  decodeProducerTableInfo,
  formatHost,
  GetAllProducerInfo,
  GetConsumerRunningInfo,
  GetProducerConnectionList,
  InvokeBrokerToGetConsumerStatus,
  type MessageQueue,
  parseOffsetMessageId,
  type ProducerConnection,
  type ProducerTableInfo,
  retryTopic,
} from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { AdminCall, AdminCallLimits } from './admin-call.js';
import type { TopicAdmin } from './topics.js';

export interface ConsumerChoice {
  readonly group: string;
  readonly clientId: string;
}

/** Consumers and producers that are connected, asked through their brokers. All of them throw CallRefused and OperationFailed. */
export class ClientAdmin {
  constructor(
    private readonly call: AdminCall,
    private readonly topics: TopicAdmin,
  ) {}

  /** What a consumer says of itself: its queues, how fast it is, its settings. */
  async runningInfo({ group, clientId }: ConsumerChoice, limits: AdminCallLimits = {}): Promise<ConsumerRunningInfo> {
    const header = { consumerGroup: group, clientId, jstackEnable: false };
    return decodeConsumerRunningInfo(
      (await this.call.broker(await this.brokerOf(group, limits), GetConsumerRunningInfo, header, limits)).body,
    );
  }

  /** The offsets that the consumers of a group know, by client id; of one of them with `clientId`. */
  async offsets(
    group: string,
    topic: string,
    options: { readonly clientId?: string } & AdminCallLimits = {},
  ): Promise<ReadonlyMap<string, readonly (readonly [MessageQueue, number])[]>> {
    const { clientId, ...limits } = options;
    const header = { topic, group, ...(clientId !== undefined && { clientAddr: clientId }) };
    const found = new Map<string, (readonly [MessageQueue, number])[]>();
    // Every consumer is connected to every broker of its topics: one of them is enough.
    const address = await this.brokerOf(group, limits);
    const { body } = await this.call.broker(address, InvokeBrokerToGetConsumerStatus, header, limits);
    for (const [id, rows] of decodeGetConsumerStatusBody(body).consumerTable) found.set(id, [...rows]);
    return found;
  }

  /**
   * Has a consumer deliver one stored message to its listener, now. No offset moves.
   * @param messageId the offset id (`offsetMessageId` of a send result)
   * @throws InvalidInput
   */
  async consumeDirectly(
    { group, clientId }: ConsumerChoice,
    messageId: string,
    options: { readonly topic?: string } & AdminCallLimits = {},
  ): Promise<ConsumeMessageDirectlyResult> {
    const { topic, ...limits } = options;
    const parsed = parseOffsetMessageId(messageId);
    if (parsed === undefined) throw new InvalidInput('messageId', `${messageId} is no offset id`);
    const header = { consumerGroup: group, clientId, msgId: messageId, ...(topic !== undefined && { topic }) };
    const answer = await this.call.broker(formatHost(parsed.host), ConsumeMessageDirectly, header, limits);
    return decodeConsumeMessageDirectlyResult(answer.body);
  }

  /** Connections of a producer group to one broker. */
  async producerConnections(group: string, address: string, limits: AdminCallLimits = {}): Promise<ProducerConnection> {
    return decodeProducerConnection((await this.call.broker(address, GetProducerConnectionList, { producerGroup: group }, limits)).body);
  }

  /** Every producer that is connected to one broker, by group. */
  async producers(address: string, limits: AdminCallLimits = {}): Promise<ProducerTableInfo['data']> {
    return decodeProducerTableInfo((await this.call.broker(address, GetAllProducerInfo, {}, limits)).body).data;
  }

  /** As Java, a broker of the group's retry topic: the group's consumers are connected to it. */
  private async brokerOf(group: string, limits: AdminCallLimits): Promise<string> {
    const [address] = await this.topics.brokersOf(retryTopic(group), limits);
    if (address === undefined) throw new OperationFailed('unavailable', `no broker knows group ${group}`);
    return address;
  }
}
