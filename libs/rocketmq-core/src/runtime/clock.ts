import { OperationFailed } from '../base/index.js';

export interface Timer {
  /** Idempotent; the callback does not run afterwards. */
  cancel(): void;
}

/** The door to time. Wall-clock time is for what is stored or shown, monotonic time for every deadline and duration. */
export interface Clock {
  /** Milliseconds since the epoch; may jump. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
  /** Runs `callback` once after `delayMs` (monotonic). */
  after(delayMs: number, callback: () => void): Timer;
  /** Runs `callback` after the I/O events of the current turn of the event loop. */
  nextTurn(callback: () => void): void;
}

// setTimeout fires at once for anything above 2^31-1 ms.
const LONGEST_TIMER_MS = 0x7fffffff;

export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }
  monotonic(): number {
    return performance.now();
  }
  after(delayMs: number, callback: () => void): Timer {
    const handle = setTimeout(callback, Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS));
    return { cancel: () => clearTimeout(handle) };
  }
  nextTurn(callback: () => void): void {
    setImmediate(callback);
  }
}

/**
 * Resolves after `delayMs`.
 * @throws OperationFailed with reason `aborted` when `signal` fires first
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new OperationFailed('aborted', 'aborted', { cause: signal.reason }));
      return;
    }
    const onAbort = () => {
      timer.cancel();
      reject(new OperationFailed('aborted', 'aborted', { cause: signal?.reason }));
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
