import { encodeQuerySubscriptionResponseBody, need, ResponseCode, type QuerySubscriptionByConsumer } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { ConsumerTable } from '../../clients/consumer-table.js';

export function querySubscriptionByConsumer({
  consumers,
}: {
  readonly consumers: ConsumerTable;
}): Handler<typeof QuerySubscriptionByConsumer> {
  return ({ header }) => {
    const group = need(header, 'group');
    const topic = header.topic ?? '';
    const subscriptionData = consumers.subscription(group, topic);
    return { code: ResponseCode.SUCCESS, body: encodeQuerySubscriptionResponseBody({ group, topic, subscriptionData }) };
  };
}
