import { OperationFailed } from '../../base/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import type { Clock } from '../../runtime/index.js';
import type { BrokerCalls } from '../instance/calls.js';
import { byBroker } from '../message-queues.js';

export interface RedriveLockParts {
  readonly calls: Pick<BrokerCalls, 'lockQueues' | 'unlockQueues'>;
  readonly addressOf: (brokerName: string) => string | undefined;
  /** Whose locks they are. */
  readonly group: string;
  /** Of one run: two runs of one client exclude each other, too. */
  readonly clientId: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

type Target = readonly [address: string, queues: readonly MessageQueue[]];

/** A lock of the brokers ends 60 s after it was renewed last. As Java: RebalanceLockManager. */
export const RENEW_MS = 20_000;

/** Keeps two redrives of one group apart, wherever they run: they would send the same messages. */
export class RedriveLock {
  private renewedMs = -Infinity;
  private targets: readonly Target[] | undefined;

  constructor(
    private readonly parts: RedriveLockParts,
    private readonly queues: readonly MessageQueue[],
  ) {}

  /** @throws OperationFailed `refused` when another run has a queue; CallRefused */
  async hold(): Promise<void> {
    const { clock, calls, group, clientId, timeoutMs } = this.parts;
    if (clock.monotonic() - this.renewedMs < RENEW_MS) return;
    this.targets ??= this.addressed();
    for (const [address, queues] of this.targets) {
      const locked = await calls.lockQueues(address, { group, clientId, queues }, { timeoutMs });
      if (locked.length < queues.length) throw new OperationFailed('refused', `dead letters are being redriven for ${group} already`);
    }
    this.renewedMs = clock.monotonic();
  }

  /** What cannot be unlocked is free after a minute. */
  async release(): Promise<void> {
    const { calls, group, clientId, timeoutMs } = this.parts;
    const all = [...(this.targets ?? [])].map(([address, queues]) =>
      calls.unlockQueues(address, { group, clientId, queues }, { timeoutMs }).catch(() => undefined),
    );
    await Promise.all(all);
  }

  private addressed(): readonly Target[] {
    return [...byBroker(this.queues)].map(([brokerName, queues]) => [this.addressOf(brokerName), queues] as const);
  }

  private addressOf(brokerName: string): string {
    const address = this.parts.addressOf(brokerName);
    if (address === undefined) throw new OperationFailed('unavailable', `broker ${brokerName} is not known`);
    return address;
  }
}
