import { need, ResponseCode, type UnregisterBroker } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { BrokerRegistry } from '../broker-registry.js';

export const unregisterBroker =
  ({ registry }: { readonly registry: BrokerRegistry }): Handler<typeof UnregisterBroker> =>
  ({ header }) => {
    registry.unregister({ cluster: need(header, 'clusterName'), address: need(header, 'brokerAddr') }, need(header, 'brokerName'));
    return { code: ResponseCode.SUCCESS };
  };
