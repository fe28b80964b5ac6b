/** `reconnecting`: a broker that this client had to do with is lost, others answer. `disconnected`: none of them answers. */
export type Reachability = 'connected' | 'reconnecting' | 'disconnected';

/** Which of the brokers that this client had to do with are lost. Synchronous state. */
export class ReachabilityTable {
  private readonly answering = new Set<string>();
  private readonly missing = new Set<string>();
  private readonly listeners = new Set<(reachability: Reachability) => void>();
  private current: Reachability = 'connected';

  get state(): Reachability {
    return this.current;
  }

  /** Runs after every change. @returns a function that ends it */
  onChange(listener: (reachability: Reachability) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  answered(address: string): void {
    this.answering.add(address);
    this.missing.delete(address);
    this.judge();
  }

  /** Its connection is gone. An address that never answered is none of ours. */
  lost(address: string): void {
    if (!this.answering.delete(address)) return;
    this.missing.add(address);
    this.judge();
  }

  /** The name servers know no such broker any more. */
  forgotten(address: string): void {
    this.answering.delete(address);
    this.missing.delete(address);
    this.judge();
  }

  /** Nobody is told of anything any more. */
  close(): void {
    this.listeners.clear();
  }

  private judge(): void {
    const now = this.missing.size === 0 ? 'connected' : this.answering.size === 0 ? 'disconnected' : 'reconnecting';
    if (now === this.current) return;
    this.current = now;
    for (const listener of [...this.listeners]) listener(now);
  }
}
