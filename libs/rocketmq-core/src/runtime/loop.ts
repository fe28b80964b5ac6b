import { messageOf } from '../base/index.js';
import type { Clock, Timer } from './clock.js';
import type { Logger } from './logger.js';

export interface LoopOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between the end of one run and the start of the next; `kick` cuts it short. */
  readonly periodMs: number;
  /** Pause before the first run; default `periodMs`. */
  readonly initialDelayMs?: number;
  readonly run: () => void | Promise<void>;
}

/**
 * Runs `run` again and again, never twice at the same time. A kick during a run is followed by another run, so no kick is missed.
 * An error of `run` is logged and the loop goes on.
 */
export class Loop {
  private state: 'idle' | 'started' | 'stopped' = 'idle';
  private timer: Timer | undefined;
  private running: Promise<void> | undefined;
  private kicked = false;

  constructor(private readonly options: LoopOptions) {}

  start(): void {
    if (this.state !== 'idle') return;
    this.state = 'started';
    this.schedule(this.options.initialDelayMs ?? this.options.periodMs);
  }

  /** Asks for a run as soon as possible. */
  kick(): void {
    if (this.state !== 'started') return;
    if (this.running) this.kicked = true;
    else this.launch();
  }

  /** No run starts afterwards; resolves when the current one has ended. Idempotent. */
  async stop(): Promise<void> {
    this.state = 'stopped';
    this.timer?.cancel();
    this.timer = undefined;
    await this.running;
  }

  private schedule(delayMs: number): void {
    this.timer = this.options.clock.after(delayMs, () => this.launch());
  }

  private launch(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.running = this.runOnce().finally(() => {
      this.running = undefined;
      if (this.state !== 'started') return;
      if (this.kicked) this.launch();
      else this.schedule(this.options.periodMs);
    });
  }

  private async runOnce(): Promise<void> {
    this.kicked = false;
    try {
      await this.options.run();
    } catch (error) {
      this.options.logger.log('error', `${this.options.name} failed`, { error: messageOf(error) });
    }
  }
}
