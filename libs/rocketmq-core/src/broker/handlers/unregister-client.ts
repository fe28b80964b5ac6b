import { need, ResponseCode, type UnregisterClient } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { ClientNotifier } from '../clients/client-notifier.js';
import type { ConsumerTable } from '../clients/consumer-table.js';
import type { ProducerTable } from '../clients/producer-table.js';
import type { GroupTable } from '../groups/group-table.js';

export interface UnregisterClientOptions {
  readonly consumers: ConsumerTable;
  readonly producers: ProducerTable;
  readonly notifier: ClientNotifier;
  readonly groups: GroupTable;
  /** Read at every use: it may change while the broker runs. */
  readonly settings: { readonly notifyConsumerIdsChangedEnable: boolean };
}

/** Takes the connection it came on out of one producer group, one consumer group, or both. */
export function unregisterClient(options: UnregisterClientOptions): Handler<typeof UnregisterClient> {
  const { consumers, producers, notifier, groups, settings } = options;
  return ({ header, peer }) => {
    need(header, 'clientID');
    const { producerGroup, consumerGroup } = header;
    if (producerGroup !== undefined) producers.unregister(producerGroup, peer);
    if (consumerGroup !== undefined && consumers.unregister(consumerGroup, peer)) {
      const notify = groups.find(consumerGroup)?.notifyConsumerIdsChangedEnable ?? true;
      if (notify && settings.notifyConsumerIdsChangedEnable) notifier.membersChanged(consumerGroup);
    }
    return { code: ResponseCode.SUCCESS };
  };
}
