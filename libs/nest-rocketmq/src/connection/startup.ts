import { isCallRefused, isInvalidInput, isOperationFailed, sleep, type Clock } from 'rocketmq-core/client';
import { isMissingTopics } from '../errors/missing-topics.error.js';
import type { StartupMode } from '../rocketmq.options.js';

export interface StartupParts {
  readonly mode: StartupMode;
  /** For `retry`, ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** An attempt failed and there will be another after `delayMs`. */
  readonly onRetry: (error: unknown, delayMs: number) => void;
  /** The end of a start that nobody waits for. */
  readonly onBackgroundFailure: (error: unknown) => void;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5000;

/** Whether a cluster that comes up a little later would make the difference. */
function mayPass(error: unknown): boolean {
  return isMissingTopics(error) || (isOperationFailed(error) && !isInvalidInput(error) && !isCallRefused(error));
}

/** Brings something up that needs the cluster, as often as the mode says. */
export class Startup {
  private readonly ended = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: StartupParts) {}

  /** Resolves when the application may go on. @throws what the last attempt threw */
  async run(attempt: () => Promise<void>): Promise<void> {
    const { mode, timeoutMs, clock, onBackgroundFailure } = this.parts;
    if (mode === 'fail') return attempt();
    const deadlineMs = mode === 'retry' ? clock.monotonic() + timeoutMs : Infinity;
    const whole = this.repeat(attempt, deadlineMs);
    if (mode === 'retry') return whole;
    this.running = whole.catch((error: unknown) => {
      if (!this.ended.signal.aborted) onBackgroundFailure(error);
    });
  }

  /** No further attempt begins; resolves when the running one has ended. */
  async stop(): Promise<void> {
    this.ended.abort();
    await this.running;
  }

  private async repeat(attempt: () => Promise<void>, deadlineMs: number): Promise<void> {
    const { clock, onRetry } = this.parts;
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
      try {
        await attempt();
        return;
      } catch (error) {
        if (this.ended.signal.aborted || !mayPass(error) || clock.monotonic() + delayMs > deadlineMs) throw error;
        onRetry(error, delayMs);
      }
      await sleep(clock, delayMs, this.ended.signal);
    }
  }
}
