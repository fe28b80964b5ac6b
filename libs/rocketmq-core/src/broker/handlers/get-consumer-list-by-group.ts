import { encodeGetConsumerListByGroupResponseBody, need, ResponseCode, type GetConsumerListByGroup } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { ConsumerTable } from '../clients/consumer-table.js';

/** The clients that share the queues of a group. An empty group is an error: its clients keep the list they have. */
export function getConsumerListByGroup({ consumers }: { readonly consumers: ConsumerTable }): Handler<typeof GetConsumerListByGroup> {
  return ({ header }) => {
    const name = need(header, 'consumerGroup');
    const group = consumers.find(name);
    if (group === undefined) return { code: ResponseCode.SYSTEM_ERROR, remark: `no consumer for this group, ${name}` };
    // A client with two connections is still one consumer.
    const consumerIdList = [...new Set([...group.members.values()].map(({ clientId }) => clientId))];
    return { code: ResponseCode.SUCCESS, body: encodeGetConsumerListByGroupResponseBody({ consumerIdList }) };
  };
}
