import { messageOf } from '../../base/index.js';
import { Loop, SerialQueue, type Clock, type Logger, type Timer } from '../../runtime/index.js';
import type { ReachabilityTable } from './reachability-table.js';
import type { BrokerAddress } from './route-table.js';

export interface HeartbeatOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly periodMs: number;
  /** All brokers that are known now. */
  readonly brokers: () => readonly BrokerAddress[];
  /** Whether the client has consumers: without them only masters hear of it. */
  readonly hasConsumers: () => boolean;
  /** Whether there is a group to tell of. */
  readonly hasGroups: () => boolean;
  readonly send: (address: string) => Promise<void>;
  /** Told of who answers and who is lost. */
  readonly reachability: Pick<ReachabilityTable, 'answered' | 'lost' | 'forgotten'>;
}

/** After a lost connection a broker has forgotten this client: it is told again this often until it answers, ms. */
const RETRY_MS = 1000;
const MASTER_ID = 0;

/** Tells every broker which groups live here. As Java: MQClientInstance.sendHeartbeatToAllBroker. */
export class HeartbeatLoop {
  private readonly loop: Loop;
  private readonly order = new SerialQueue();
  private readonly retries = new Map<string, Timer>();
  /** Who has answered since the connection was made. */
  private readonly told = new Set<string>();
  private stopped = false;

  constructor(private readonly options: HeartbeatOptions) {
    const { clock, logger, periodMs } = options;
    this.loop = new Loop({ name: 'heartbeat', clock, logger, periodMs, run: () => this.beat() });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.retries.values()) timer.cancel();
    this.retries.clear();
    await this.loop.stop();
    await this.order.drained();
  }

  /** Resolves when every broker has answered or failed to. Beats do not overlap: the last state of the groups is the last that is told. */
  beat(): Promise<void> {
    return this.order.run(async () => {
      if (this.stopped || !this.options.hasGroups()) return;
      await Promise.all(this.targets().map((address) => this.beatOne(address)));
    });
  }

  /** Tells the brokers that have not heard of this client yet. */
  beatNew(): Promise<void> {
    return this.order.run(async () => {
      if (this.stopped || !this.options.hasGroups()) return;
      const fresh = this.targets().filter((address) => !this.told.has(address) && !this.retries.has(address));
      await Promise.all(fresh.map((address) => this.beatOne(address)));
    });
  }

  /** Runs `task` while no beat is under way: a beat of before must not arrive after it. */
  between<T>(task: () => Promise<T>): Promise<T> {
    return this.order.run(task);
  }

  /** The connection to this address is gone. */
  lost(address: string): void {
    this.told.delete(address);
    if (this.stopped) return;
    this.options.reachability.lost(address);
    if (this.retries.has(address)) return;
    this.retries.set(
      address,
      this.options.clock.after(RETRY_MS, () => {
        this.retries.delete(address);
        void this.order.run(() => this.beatAgain(address));
      }),
    );
  }

  private async beatAgain(address: string): Promise<void> {
    if (this.stopped) return;
    if (!this.options.hasGroups() || !this.targets().includes(address)) {
      this.options.reachability.forgotten(address);
      return;
    }
    if (!(await this.beatOne(address))) this.lost(address);
  }

  private targets(): string[] {
    const all = this.options.hasConsumers();
    return this.options
      .brokers()
      .filter((broker) => all || broker.brokerId === MASTER_ID)
      .map((broker) => broker.address);
  }

  private async beatOne(address: string): Promise<boolean> {
    try {
      await this.options.send(address);
      this.told.add(address);
      this.options.reachability.answered(address);
      return true;
    } catch (error) {
      this.options.logger.log('warn', 'heartbeat failed', { address, error: messageOf(error) });
      return false;
    }
  }
}
