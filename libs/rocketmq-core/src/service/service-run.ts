import { deferred, messageOf } from '../base/index.js';
import { sleep, type Clock, type Logger } from '../runtime/index.js';

type StopSignal = 'SIGTERM' | 'SIGINT';
const STOP_SIGNALS: readonly StopSignal[] = ['SIGTERM', 'SIGINT'];

/** The signals of a process; `process` is one. */
export interface SignalSource {
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
}

/** What runs from the start of a process to its end. */
export interface Service {
  start(): Promise<void>;
  /** Closes what is open, also after a start that failed. */
  stop(deadlineMs: number): Promise<void>;
  /** Calls `listener` when the service can never work again. */
  onFailure(listener: (reason: string) => void): void;
}

export interface ServiceRunOptions {
  readonly signals: SignalSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long `stop` may wait for what is under way. */
  readonly stopTimeoutMs: number;
}

/**
 * Why a run is over:
 * `stopped` by a signal and in order, `failed` while it ran, `not started` with the reason, `cut off` by a second signal or because `stop` took too long.
 */
export type ServiceEnd = { readonly kind: 'stopped' | 'cut off' } | { readonly kind: 'failed' | 'not started'; readonly reason: string };

/** What `stop` may take beyond its deadline to close files. */
const STOP_GRACE_MS = 5000;

/**
 * Runs the service until a signal or a failure ends it. The first signal stops it gracefully, also while it still starts; the second one ends the wait at once.
 * Never throws: an error of `start` is an end too.
 */
export async function runService(service: Service, options: ServiceRunOptions): Promise<ServiceEnd> {
  const run = new ServiceRun(service, options);
  const listeners = STOP_SIGNALS.map((signal) => [signal, () => run.signalled(signal)] as const);
  for (const [signal, listener] of listeners) options.signals.on(signal, listener);
  try {
    return await Promise.race([run.toTheEnd(), run.cutOff.promise]);
  } finally {
    for (const [signal, listener] of listeners) options.signals.off(signal, listener);
  }
}

class ServiceRun {
  readonly cutOff = deferred<ServiceEnd>();
  private readonly over = deferred<ServiceEnd>();
  private signalCount = 0;

  constructor(
    private readonly service: Service,
    private readonly options: ServiceRunOptions,
  ) {}

  signalled(signal: StopSignal): void {
    this.signalCount += 1;
    if (this.signalCount > 1) return this.cutOff.resolve({ kind: 'cut off' });
    this.options.logger.log('info', 'stopping', { signal });
    this.over.resolve({ kind: 'stopped' });
  }

  async toTheEnd(): Promise<ServiceEnd> {
    this.service.onFailure((reason) => this.over.resolve({ kind: 'failed', reason }));
    const end = await this.service.start().then(
      () => this.over.promise,
      (error: unknown): ServiceEnd => ({ kind: 'not started', reason: messageOf(error) }),
    );
    return (await this.stopped()) ? end : { kind: 'cut off' };
  }

  /** @returns whether it stopped in time */
  private async stopped(): Promise<boolean> {
    const { clock, logger, stopTimeoutMs } = this.options;
    const done = new AbortController();
    const late = sleep(clock, stopTimeoutMs + STOP_GRACE_MS, done.signal).then(
      () => false,
      () => true,
    );
    const stopped = this.service.stop(stopTimeoutMs).then(
      () => true,
      (error: unknown) => {
        logger.log('error', 'not everything was closed', { error: messageOf(error) });
        return true;
      },
    );
    const inTime = await Promise.race([stopped, late]);
    done.abort();
    if (!inTime) logger.log('error', 'the stop takes too long and is given up', { afterMs: stopTimeoutMs + STOP_GRACE_MS });
    return inTime;
  }
}
