import { decodeTopicRouteData, need, type RegisterTopicInNamesrv, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { RouteTable } from '../tables/route-table.js';

/** All of it or nothing: nothing when one of the brokers is not known. */
export const registerTopic =
  ({ routes }: { readonly routes: RouteTable }): Handler<typeof RegisterTopicInNamesrv> =>
  ({ header, body }) => {
    const topic = need(header, 'topic');
    const { queueDatas } = decodeTopicRouteData(body);
    if (queueDatas.every(({ brokerName }) => routes.addressesOf(brokerName).size > 0)) {
      for (const queues of queueDatas) routes.putQueues(topic, queues);
    }
    return { code: ResponseCode.SUCCESS };
  };
