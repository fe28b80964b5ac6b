import type { Broker, BrokerHealth, Metric } from 'rocketmq-core/broker';

/** The broker as the management endpoints see it. */
export class BrokerHost {
  private failure: string | undefined;
  private started = false;

  constructor(private readonly broker: Broker) {
    broker.onFailure((reason) => (this.failure = reason));
  }

  get address(): string {
    return this.broker.address;
  }

  /** A broker that recovers its store or stops is alive; one whose store has failed is not. */
  health(): BrokerHealth {
    return this.failure === undefined ? { status: 'up' } : { status: 'down', reason: `the store has failed: ${this.failure}` };
  }

  readiness(): BrokerHealth {
    return this.broker.readiness();
  }

  /** @returns undefined while the store is not open yet */
  metrics(): Metric[] | undefined {
    return this.started ? this.broker.metrics() : undefined;
  }

  async start(): Promise<void> {
    await this.broker.start();
    this.started = true;
  }

  stop(deadlineMs: number): Promise<void> {
    return this.broker.stop(deadlineMs);
  }

  onFailure(listener: (reason: string) => void): void {
    this.broker.onFailure(listener);
  }
}
