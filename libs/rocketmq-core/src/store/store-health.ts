import type { Logger } from '../runtime/index.js';

export type StoreStatus =
  | { readonly kind: 'new' }
  | { readonly kind: 'running' }
  /** For good: what a failed sync left on the disk is unknown, so nothing is accepted until a new start has read it back. */
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'closed' };

/** Whether the store takes messages, and who wants to know when it stops doing so. */
export class StoreHealth {
  private current: StoreStatus = { kind: 'new' };
  private readonly listeners: ((reason: string) => void)[] = [];

  constructor(private readonly logger: Logger) {}

  get status(): StoreStatus {
    return this.current;
  }
  get isRunning(): boolean {
    return this.current.kind === 'running';
  }
  /** Why nothing is accepted. */
  get reason(): string {
    return this.current.kind === 'failed' ? `the store has failed: ${this.current.reason}` : 'the store is not open';
  }

  started(): void {
    this.current = { kind: 'running' };
  }

  closed(): void {
    if (this.current.kind !== 'failed') this.current = { kind: 'closed' };
  }

  fail(reason: string): void {
    if (this.current.kind === 'failed') return;
    this.current = { kind: 'failed', reason };
    this.logger.log('error', 'the store refuses appends from now on', { reason });
    for (const listener of this.listeners) listener(reason);
  }

  onFailure(listener: (reason: string) => void): void {
    this.listeners.push(listener);
    if (this.current.kind === 'failed') listener(this.current.reason);
  }
}
