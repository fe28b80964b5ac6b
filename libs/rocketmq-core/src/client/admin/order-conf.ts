import { DeleteKvConfig, GetKvConfig, PutKvConfig, ResponseCode, topicProblem } from '../../protocol/index.js';
import { CallRefused, InvalidInput } from '../errors.js';
import type { AdminCall, AdminCallLimits } from './admin-call.js';

/** As Java: NamesrvUtil.NAMESPACE_ORDER_TOPIC_CONFIG. */
const NAMESPACE = 'ORDER_TOPIC_CONFIG';
const QUEUES_MAX = 65_535;

/**
 * The queues of topics in strict order: producers keep to them although a broker is away, so a key never changes its queue.
 * As Java: mqadmin updateOrderConf.
 */
export class OrderConfAdmin {
  constructor(private readonly call: AdminCall) {}

  /** Queues by broker, in the order that producers use. @returns undefined when the topic is not in strict order */
  async get(topic: string, limits: AdminCallLimits = {}): Promise<ReadonlyMap<string, number> | undefined> {
    const answer = await this.call.nameServer(GetKvConfig, { namespace: NAMESPACE, key: topic }, limits);
    if (answer.code === ResponseCode.QUERY_NOT_FOUND) return undefined;
    if (answer.code !== ResponseCode.SUCCESS) throw new CallRefused(GetKvConfig.name, 'the name server', answer);
    const items = (answer.header.value ?? '').split(';').filter((item) => item !== '');
    return new Map(
      items.map((item) => {
        const colonAt = item.lastIndexOf(':');
        return [item.slice(0, colonAt), Number(item.slice(colonAt + 1))];
      }),
    );
  }

  /** On every name server. Producers follow with their next look at the route. @throws InvalidInput, CallRefused, OperationFailed */
  async set(topic: string, queuesByBroker: ReadonlyMap<string, number>, limits: AdminCallLimits = {}): Promise<void> {
    const problem = topicProblem(topic);
    if (problem !== undefined) throw new InvalidInput('topic', problem);
    if (queuesByBroker.size === 0) throw new InvalidInput('queuesByBroker', 'strict order needs at least one broker');
    for (const [brokerName, queues] of queuesByBroker) {
      if (brokerName === '' || /[;:]/.test(brokerName))
        throw new InvalidInput('queuesByBroker', `${JSON.stringify(brokerName)} is no broker name`);
      if (!Number.isInteger(queues) || queues < 1 || queues > QUEUES_MAX)
        throw new InvalidInput('queuesByBroker', `${queues} is no number of queues`);
    }
    const value = [...queuesByBroker].map(([brokerName, queues]) => `${brokerName}:${queues}`).join(';');
    await this.everywhere((address) => this.call.broker(address, PutKvConfig, { namespace: NAMESPACE, key: topic, value }, limits));
  }

  /** Takes the topic out of strict order, on every name server. @throws CallRefused, OperationFailed */
  async delete(topic: string, limits: AdminCallLimits = {}): Promise<void> {
    await this.everywhere((address) => this.call.broker(address, DeleteKvConfig, { namespace: NAMESPACE, key: topic }, limits));
  }

  private async everywhere(tell: (address: string) => Promise<unknown>): Promise<void> {
    for (const address of this.call.nameServerAddresses) await tell(address);
  }
}
