/**
 * Topics made by requests that are not saved yet. Until theirs is, no request that stored a message in them is answered: a crash would lose the
 * topic, and with it messages that were acknowledged.
 */
export class UnsavedTopics {
  private readonly pending = new Map<string, Promise<void>>();

  /** @param published resolves when topics made so far are saved and known to the name servers, or when waiting longer is in vain */
  constructor(private readonly published: () => Promise<void>) {}

  add(topic: string): void {
    // A topic file that cannot be written is no reason to send a stored message again. The saver has logged it.
    const pending = this.published()
      .catch(() => undefined)
      .then(() => {
        if (this.pending.get(topic) === pending) this.pending.delete(topic);
      });
    this.pending.set(topic, pending);
  }

  /** @returns what to wait for before a message in the topic is acknowledged */
  pendingOf(topic: string): Promise<void> | undefined {
    return this.pending.size === 0 ? undefined : this.pending.get(topic);
  }
}
