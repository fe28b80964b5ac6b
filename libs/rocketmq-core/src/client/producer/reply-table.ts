import type { ReplyMessage } from '../message-types.js';

/** The requests of one client that wait for their replies. As Java: RequestFutureHolder. */
export class ReplyTable {
  private readonly waiting = new Map<string, (reply: ReplyMessage) => void>();

  get size(): number {
    return this.waiting.size;
  }

  /** @returns a function that ends the waiting */
  expect(correlationId: string, answered: (reply: ReplyMessage) => void): () => void {
    this.waiting.set(correlationId, answered);
    return () => void this.waiting.delete(correlationId);
  }

  /** @returns false when nobody waits (any more) */
  settle(reply: ReplyMessage): boolean {
    const answered = this.waiting.get(reply.correlationId);
    if (answered === undefined) return false;
    this.waiting.delete(reply.correlationId);
    answered(reply);
    return true;
  }
}
