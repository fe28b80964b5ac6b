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
  private fullReason: string | undefined;
  private readonly listeners: ((reason: string) => void)[] = [];

  constructor(private readonly logger: Logger) {}

  get status(): StoreStatus {
    return this.current;
  }
  get isRunning(): boolean {
    return this.current.kind === 'running';
  }
  /** Whether a message may be accepted. */
  get isWritable(): boolean {
    return this.current.kind === 'running' && this.fullReason === undefined;
  }
  /** Why nothing is accepted. */
  get reason(): string {
    if (this.current.kind === 'running' && this.fullReason !== undefined) return this.fullReason;
    return this.current.kind === 'failed' ? `the store has failed: ${this.current.reason}` : 'the store is not open';
  }

  started(): void {
    this.current = { kind: 'running' };
  }

  closed(): void {
    if (this.current.kind !== 'failed') this.current = { kind: 'closed' };
  }

  /** Until `diskHasRoom` nothing new is accepted. */
  diskFull(reason: string): void {
    if (this.fullReason === undefined) this.logger.log('error', 'appends are refused until there is room on the disk', { reason });
    this.fullReason = reason;
  }

  diskHasRoom(): void {
    if (this.fullReason !== undefined) this.logger.log('info', 'the disk has room: appends are taken again', {});
    this.fullReason = undefined;
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
