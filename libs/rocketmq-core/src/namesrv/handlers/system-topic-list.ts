import { encodeTopicList, type GetSystemTopicListFromNs, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { RouteTable } from '../tables/route-table.js';

/** As Java: the names of clusters and brokers, which are topics too, and the address of some broker that knows the rest. */
export const systemTopicList =
  ({ routes }: { readonly routes: RouteTable }): Handler<typeof GetSystemTopicListFromNs> =>
  () => {
    const names = new Set<string>();
    for (const cluster of routes.clusterNames) {
      names.add(cluster);
      for (const brokerName of routes.brokersOfCluster(cluster)) names.add(brokerName);
    }
    const [brokerName = ''] = routes.brokerNames;
    const [brokerAddr] = routes.addressesOf(brokerName).values();
    return { code: ResponseCode.SUCCESS, body: encodeTopicList({ brokerAddr, topicList: [...names] }) };
  };
