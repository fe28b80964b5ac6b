import type { Clock } from 'rocketmq-core/client';
import { HandlerTimeoutError } from '../errors/delivery.errors.js';
import type { EndpointCall } from '../listener/listener-endpoint.js';

interface CallSignalParts {
  readonly call: EndpointCall;
  readonly name: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** The signal of one call of a handler whose time is limited: the consumer's, and the handler's own time. */
export class CallSignal {
  private readonly ownTime = new AbortController();
  private joined: AbortSignal | undefined;

  constructor(private readonly parts: CallSignalParts) {}

  get signal(): AbortSignal {
    this.joined ??= AbortSignal.any([this.parts.call.signal, this.ownTime.signal]);
    return this.joined;
  }

  /**
   * Runs the handler; when its time is up the signal fires.
   * @param waits whether the call still lasts as long as the handler, because nothing may overtake it
   * @throws HandlerTimeoutError at that moment, unless it waits
   */
  async run<T>(task: () => Promise<T>, waits: boolean): Promise<T> {
    const { timeoutMs, name, clock } = this.parts;
    const { ownTime } = this;
    const error = new HandlerTimeoutError(name, timeoutMs);
    let expire = (): void => undefined;
    const expired = new Promise<never>((_, reject) => (expire = () => reject(error)));
    // Nobody may be waiting for it.
    expired.catch(() => undefined);
    const timer = clock.after(timeoutMs, () => {
      ownTime.abort(error);
      expire();
    });
    try {
      const running = task();
      if (waits) return await running;
      // It goes on alone; what it says comes too late.
      running.catch(() => undefined);
      return await Promise.race([running, expired]);
    } finally {
      timer.cancel();
    }
  }
}
