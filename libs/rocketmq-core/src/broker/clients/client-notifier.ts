import { NotifyConsumerIdsChanged } from '../../protocol/index.js';
import type { Clock } from '../../runtime/index.js';
import type { ConsumerTable } from './consumer-table.js';

/** Makes the members of a group share its queues anew. As Java: DefaultConsumerIdsChangeListener. */
export class ClientNotifier {
  private readonly changed = new Set<string>();

  constructor(private readonly options: { readonly consumers: ConsumerTable; readonly clock: Clock }) {}

  // Several members often come or go in one turn of the event loop: their group is told once, with the result.
  membersChanged(group: string): void {
    if (this.changed.size === 0) this.options.clock.nextTurn(() => this.notify());
    this.changed.add(group);
  }

  private notify(): void {
    const groups = [...this.changed];
    this.changed.clear();
    for (const name of groups) {
      const group = this.options.consumers.find(name);
      if (group === undefined || group.messageModel === 'BROADCASTING') continue;
      for (const member of group.members.values()) member.peer.oneway(NotifyConsumerIdsChanged, { consumerGroup: name });
    }
  }
}
