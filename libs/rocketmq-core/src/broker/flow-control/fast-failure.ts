import type { Lanes } from '../../remoting/index.js';
import type { Clock, Timer } from '../../runtime/index.js';
import type { WriteGate } from './write-gate.js';

interface FastFailureSettings {
  readonly brokerFastFailureEnable: boolean;
  readonly waitTimeMillsInSendQueue: number;
  readonly waitTimeMillsInPullQueue: number;
  readonly waitTimeMillsInLitePullQueue: number;
  readonly waitTimeMillsInHeartbeatQueue: number;
  readonly waitTimeMillsInTransactionQueue: number;
  readonly waitTimeMillsInAckQueue: number;
  readonly waitTimeMillsInAdminBrokerQueue: number;
}

export interface FastFailureOptions {
  readonly lanes: Pick<Lanes, 'get'>;
  readonly writing: Pick<WriteGate, 'isBusy'>;
  readonly clock: Clock;
  /** Read at every use: they may change while the broker runs. */
  readonly settings: FastFailureSettings;
}

/** Apache looks into its queues this often. */
const PERIOD_MS = 10;

const waits: readonly (readonly [lane: string, key: Exclude<keyof FastFailureSettings, 'brokerFastFailureEnable'>])[] = [
  ['send', 'waitTimeMillsInSendQueue'],
  ['pull', 'waitTimeMillsInPullQueue'],
  ['litePull', 'waitTimeMillsInLitePullQueue'],
  ['heartbeat', 'waitTimeMillsInHeartbeatQueue'],
  ['endTransaction', 'waitTimeMillsInTransactionQueue'],
  ['ack', 'waitTimeMillsInAckQueue'],
  ['admin', 'waitTimeMillsInAdminBrokerQueue'],
];

const remarkOf =
  (why: string) =>
  (waitedMs: number, left: number): string =>
    `[${why}]broker busy, start flow control for a while, period in queue: ${Math.floor(waitedMs)}ms, size of queue: ${left}`;

/** Refuses requests that wait too long, so that their senders try elsewhere. Runs only while something waits. As Java: BrokerFastFailure. */
export class FastFailure {
  private timer: Timer | undefined;
  private stopped = false;

  constructor(private readonly options: FastFailureOptions) {}

  /** Something waits. */
  watch(): void {
    if (this.stopped) return;
    this.timer ??= this.options.clock.after(PERIOD_MS, () => {
      this.timer = undefined;
      this.clean();
      if (waits.some(([lane]) => this.options.lanes.get(lane).waitingCount > 0)) this.watch();
    });
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
  }

  private clean(): void {
    const { lanes, settings, writing } = this.options;
    if (!settings.brokerFastFailureEnable) return;
    if (writing.isBusy) lanes.get('send').expire(0, remarkOf('PCBUSY_CLEAN_QUEUE'));
    for (const [lane, key] of waits) lanes.get(lane).expire(settings[key], remarkOf('TIMEOUT_CLEAN_QUEUE'));
  }
}
