import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import type { HalfCheck } from './half-check.js';

export interface CheckLoopOptions {
  readonly check: Pick<HalfCheck, 'run'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** transactionCheckInterval. */
  readonly periodMs: number;
}

/** As Java: TransactionalMessageCheckService. */
export function checkLoop({ check, clock, logger, periodMs }: CheckLoopOptions): Loop {
  return new Loop({ name: 'checking of half messages', clock, logger, periodMs, run: () => check.run() });
}
