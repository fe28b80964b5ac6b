import type { MessageQueue } from '../../protocol/index.js';

/** Where a group stands in its queues: what this process knows, and what is kept somewhere. */
export interface GroupOffsets {
  /** Reads what was kept before. @throws Corruption when it cannot be read */
  load(): Promise<void>;
  /** What is kept. @returns undefined when there is nothing. @throws OperationFailed for every other failure */
  fetch(queue: MessageQueue): Promise<number | undefined>;
  /** What the next commit will say. */
  read(queue: MessageQueue): number | undefined;
  /** Never goes back. */
  advance(queue: MessageQueue, offset: number): void;
  /** Goes back, too. */
  set(queue: MessageQueue, offset: number): void;
  /** Forgets what this process knows; what is kept stays. */
  remove(queue: MessageQueue): void;
  /** Resolves when it is kept. A failure is logged: what is not committed is delivered again. */
  commit(queue: MessageQueue): Promise<void>;
  /** As `commit`, for callers that want to know. @throws OperationFailed */
  store(queue: MessageQueue): Promise<void>;
  commitAll(): Promise<void>;
}
