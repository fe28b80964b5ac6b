import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import type { HeldPulls } from './held-pulls.js';

const PERIOD_MS = 1000;
/** As Java: PullRequestHoldService. */
const RECHECK_PERIOD_MS = 5000;

/** Answers held pulls whose time is up, and now and then looks for messages that nobody announced. */
export function holdLoop({ held, clock, logger }: { readonly held: HeldPulls; readonly clock: Clock; readonly logger: Logger }): Loop {
  let recheckedMs = clock.monotonic();
  const run = () => {
    const nowMs = clock.monotonic();
    const recheck = nowMs - recheckedMs >= RECHECK_PERIOD_MS;
    if (recheck) recheckedMs = nowMs;
    held.tick(nowMs, recheck);
  };
  return new Loop({ name: 'check of held pulls', clock, logger, periodMs: PERIOD_MS, run });
}
