import type { MessageQueue } from '../../protocol/index.js';

export interface AllocationInput {
  readonly group: string;
  /** This consumer. */
  readonly clientId: string;
  /** All queues of the topic, in the order every member of the group uses. */
  readonly queues: readonly MessageQueue[];
  /** All members of the group, in the order every member uses. */
  readonly clientIds: readonly string[];
}

/** @returns the queues of `clientId`. All members must compute a partition of `queues` from the same input. */
export type AllocateFunction = (input: AllocationInput) => readonly MessageQueue[];
