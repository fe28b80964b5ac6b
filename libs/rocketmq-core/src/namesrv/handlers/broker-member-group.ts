import { encodeGetBrokerMemberGroupResponseBody, type GetBrokerMemberGroup, need, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { RouteTable } from '../tables/route-table.js';

export const brokerMemberGroup =
  ({ routes }: { readonly routes: RouteTable }): Handler<typeof GetBrokerMemberGroup> =>
  ({ header }) => {
    const [cluster, brokerName] = [need(header, 'clusterName'), need(header, 'brokerName')];
    const group = { cluster, brokerName, brokerAddrs: routes.addressesOf(brokerName) };
    return { code: ResponseCode.SUCCESS, body: encodeGetBrokerMemberGroupResponseBody({ brokerMemberGroup: group }) };
  };
