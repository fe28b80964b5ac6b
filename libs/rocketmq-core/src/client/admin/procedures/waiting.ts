import { OperationFailed } from '../../../base/index.js';
import { sleep, type Clock } from '../../../runtime/index.js';
import { duration } from '../../config/ranges.js';
import type { AdminCallLimits } from '../admin-call.js';

export interface ProcedureOptions {
  /**
   * How long producers may go on with a route that they have, ms. Default 40000: the 30 s after which clients ask for routes anew, and the time of
   * a send.
   */
  readonly settleMs?: number;
  /** Between two looks at how far the groups are, ms; default 1000. */
  readonly pollMs?: number;
  /** Ends the waiting; what was changed so far stays, and the procedure may be begun again. */
  readonly signal?: AbortSignal;
  /** Told what is waited for, at every look. */
  readonly onWait?: (what: string) => void;
}

const SETTLE_MS = 40_000;
const POLL_MS = 1000;

/** The pauses of a procedure. */
export class Waiting {
  private readonly settleMs: number;
  private readonly pollMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly options: ProcedureOptions,
  ) {
    this.settleMs = duration('settleMs', options.settleMs, SETTLE_MS, 0);
    this.pollMs = duration('pollMs', options.pollMs, POLL_MS, 10);
  }

  get limits(): AdminCallLimits {
    const { signal } = this.options;
    return signal === undefined ? {} : { signal };
  }

  /** Until every producer has a route that was asked for after this call. */
  async settled(): Promise<void> {
    this.options.onWait?.('producers ask for the route anew');
    await sleep(this.clock, this.settleMs, this.options.signal);
  }

  /**
   * Until `pending` finds nothing more. @param pending what is still waited for
   * @throws OperationFailed `aborted`
   */
  async until(pending: () => Promise<readonly string[]>): Promise<void> {
    for (let left = await pending(); left.length > 0; left = await pending()) {
      this.options.onWait?.(left.join(', '));
      if (this.options.signal?.aborted === true) throw new OperationFailed('aborted', `still waiting for ${left.join(', ')}`);
      await sleep(this.clock, this.pollMs, this.options.signal);
    }
  }
}
