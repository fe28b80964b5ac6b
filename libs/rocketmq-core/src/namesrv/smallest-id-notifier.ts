import { messageOf } from '../base/index.js';
import { NotifyMinBrokerIdChange } from '../protocol/index.js';
import type { RemotingClient } from '../remoting/index.js';
import type { Logger } from '../runtime/index.js';
import type { SmallestIdChange } from './broker-registry.js';

/** Tells the brokers of one name which of them has the smallest id now. A broker that misses it learns it with its next registration. */
export class SmallestIdNotifier {
  constructor(private readonly options: { readonly client: RemotingClient; readonly logger: Logger }) {}

  notify({ brokerName, addresses, offlineAddress, haServerAddr }: SmallestIdChange): void {
    const minBrokerId = Math.min(...addresses.keys());
    const minBrokerAddr = addresses.get(minBrokerId);
    // As Java: a newcomer knows its id, the others have to hear of it.
    const everyone = offlineAddress !== undefined || addresses.size === 1;
    const header = { minBrokerId, minBrokerAddr, brokerName, offlineBrokerAddr: offlineAddress, haBrokerAddr: haServerAddr };
    for (const [id, address] of addresses) {
      if (!everyone && id === minBrokerId) continue;
      this.options.client.oneway(address, NotifyMinBrokerIdChange, header).catch((error: unknown) => {
        this.options.logger.log('warn', 'a broker was not told of the smallest id', { brokerName, address, error: messageOf(error) });
      });
    }
  }
}
