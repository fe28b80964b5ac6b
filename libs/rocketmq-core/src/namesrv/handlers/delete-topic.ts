import { type DeleteTopicInNamesrv, need, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { RouteTable } from '../tables/route-table.js';

/** In one cluster, or everywhere when none is named. */
export const deleteTopic =
  ({ routes }: { readonly routes: RouteTable }): Handler<typeof DeleteTopicInNamesrv> =>
  ({ header }) => {
    const topic = need(header, 'topic');
    if (!header.clusterName) routes.removeTopic(topic);
    else for (const brokerName of routes.brokersOfCluster(header.clusterName)) routes.removeQueues(topic, brokerName);
    return { code: ResponseCode.SUCCESS };
  };
