import type { MessageQueue } from '../../protocol/index.js';
import type { ConsumeContext } from '../message-types.js';
import type { HeldMessage, ProcessQueue } from './process-queue.js';

/** One call of the listener, with messages of one queue. */
export class DeliveryRun {
  /** Where it stands among those that run; -1 when it does not. */
  place = -1;
  private controller: AbortController | undefined;
  private abortReason: Error | undefined;

  constructor(
    readonly processQueue: ProcessQueue,
    readonly held: readonly HeldMessage[],
    /** Monotonic. */
    readonly startedMs: number,
  ) {}

  get signal(): AbortSignal {
    // Few listeners look at it, and a controller for each message would be most of what a delivery costs.
    this.controller ??= new AbortController();
    if (this.abortReason !== undefined) this.controller.abort(this.abortReason);
    return this.controller.signal;
  }

  get aborted(): boolean {
    return this.abortReason !== undefined;
  }

  abort(reason: Error): void {
    this.abortReason ??= reason;
    this.controller?.abort(this.abortReason);
  }
}

export class DeliveryContext implements ConsumeContext {
  constructor(
    readonly group: string,
    readonly queue: MessageQueue,
    readonly attempt: number,
    private readonly run: DeliveryRun,
  ) {}

  get signal(): AbortSignal {
    return this.run.signal;
  }
}
