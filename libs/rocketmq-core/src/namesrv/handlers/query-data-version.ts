import { decodeDataVersion, encodeDataVersion, need, type QueryDataVersion, ResponseCode, sameDataVersion } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { BrokerRegistry } from '../broker-registry.js';

/** Whether a broker has to register again; a sign of life too. */
export const queryDataVersion =
  ({ registry }: { readonly registry: BrokerRegistry }): Handler<typeof QueryDataVersion> =>
  ({ header, body }) => {
    const key = { cluster: need(header, 'clusterName'), address: need(header, 'brokerAddr') };
    const known = registry.dataVersionOf(key);
    registry.touch(key);
    const changed = known === undefined || body === undefined || !sameDataVersion(known, decodeDataVersion(body));
    return { code: ResponseCode.SUCCESS, header: { changed }, body: known && encodeDataVersion(known) };
  };
