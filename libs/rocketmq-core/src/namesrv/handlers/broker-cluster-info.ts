import { encodeClusterInfo, type GetBrokerClusterInfo, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { RouteTable } from '../tables/route-table.js';

/** Always with bare broker ids, whatever the version of the peer. */
export const brokerClusterInfo =
  ({ routes }: { readonly routes: RouteTable }): Handler<typeof GetBrokerClusterInfo> =>
  () => ({ code: ResponseCode.SUCCESS, body: encodeClusterInfo(routes.clusterInfo()) });
