import type { Peer } from '../../remoting/index.js';
import type { ClientNotifier } from './client-notifier.js';
import type { ConsumerTable } from './consumer-table.js';
import type { ProducerTable } from './producer-table.js';

export interface ConnectionWatchOptions {
  readonly producers: ProducerTable;
  readonly consumers: ConsumerTable;
  readonly notifier: ClientNotifier;
}

/** Takes a client out of its groups as soon as its connection closes. As Java: ClientHousekeepingService.onChannelClose. */
export class ConnectionWatch {
  private readonly watched = new Set<number>();

  constructor(private readonly options: ConnectionWatchOptions) {}

  watch(peer: Peer): void {
    if (this.watched.has(peer.id)) return;
    this.watched.add(peer.id);
    peer.onClose(() => {
      this.watched.delete(peer.id);
      this.options.producers.removePeer(peer);
      for (const group of this.options.consumers.removePeer(peer)) this.options.notifier.membersChanged(group.name);
    });
  }
}
