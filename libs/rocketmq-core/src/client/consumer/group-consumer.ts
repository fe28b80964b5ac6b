import type { AdministeredConsumer } from './admin-pushes.js';
import type { ConsumerGroup } from '../instance/group-table.js';

/** A consumer of any kind, as the client that made it sees it. */
export interface GroupConsumer extends AdministeredConsumer {
  readonly group: string;
  /** What the heartbeats say. */
  readonly subscribed: ConsumerGroup['subscribed'];
  /** Members or queues changed. */
  rebalance(): void;
  shutdown(deadlineMs?: number): Promise<void>;
}
