import { type BrokerHeartbeat, need, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { BrokerRegistry } from '../broker-registry.js';

export const brokerHeartbeat =
  ({ registry }: { readonly registry: BrokerRegistry }): Handler<typeof BrokerHeartbeat> =>
  ({ header }) => {
    registry.touch({ cluster: need(header, 'clusterName'), address: need(header, 'brokerAddr') });
    return { code: ResponseCode.SUCCESS };
  };
