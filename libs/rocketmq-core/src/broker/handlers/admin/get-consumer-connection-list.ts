import { encodeConsumerConnection, need, ResponseCode, type GetConsumerConnectionList } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { ConsumerTable } from '../../clients/consumer-table.js';
import { connectionOf } from './connections.js';

export function getConsumerConnectionList({ consumers }: { readonly consumers: ConsumerTable }): Handler<typeof GetConsumerConnectionList> {
  return ({ header }) => {
    const name = need(header, 'consumerGroup');
    const group = consumers.find(name);
    if (group === undefined) return { code: ResponseCode.CONSUMER_NOT_ONLINE, remark: `the consumer group[${name}] not online` };
    const body = encodeConsumerConnection({
      connectionSet: [...group.members.values()].map(connectionOf),
      consumeFromWhere: group.consumeFromWhere,
      consumeType: group.consumeType,
      messageModel: group.messageModel,
      subscriptionTable: new Map([...group.subscriptions].map(([topic, { data }]) => [topic, data])),
    });
    return { code: ResponseCode.SUCCESS, body };
  };
}
