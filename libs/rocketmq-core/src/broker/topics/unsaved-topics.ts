import { RequestRejected } from '../../base/index.js';
import { ResponseCode } from '../../protocol/index.js';

/**
 * Topics made by requests that are not saved yet. Until theirs is, no request stores a message in them: a crash would lose the topic, and with it
 * messages that were acknowledged.
 */
export class UnsavedTopics {
  private readonly pending = new Map<string, Promise<void>>();
  /** Those whose save failed: the next request that needs the topic tries again. */
  private readonly failed = new Set<string>();

  /**
   * @param published resolves when topics made so far are saved, and known to the name servers or waiting longer is in vain; rejects when they could
   *   not be saved, and tries again when it is called again
   */
  constructor(private readonly published: () => Promise<void>) {}

  add(topic: string): void {
    const pending: Promise<void> = this.published().then(
      () => void this.ended(topic, pending),
      () => {
        if (this.ended(topic, pending)) this.failed.add(topic);
        // The saver has logged why.
        throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `the new topic[${topic}] could not be saved, nothing was stored in it`);
      },
    );
    // Perhaps nobody waits for it yet; whoever sends there next hears of the next attempt.
    pending.catch(() => undefined);
    this.pending.set(topic, pending);
  }

  /** @returns what to wait for before a message is stored in the topic; rejects with RequestRejected when the topic could not be saved */
  pendingOf(topic: string): Promise<void> | undefined {
    if (this.failed.size > 0 && this.failed.delete(topic)) this.add(topic);
    return this.pending.size === 0 ? undefined : this.pending.get(topic);
  }

  /** @returns false when another attempt for the topic has begun since */
  private ended(topic: string, pending: Promise<void>): boolean {
    return this.pending.get(topic) === pending && this.pending.delete(topic);
  }
}
