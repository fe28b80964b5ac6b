/** From this latency on (ms) … */
const latencyMinMs = [50, 100, 550, 1800, 3000, 5000, 15_000];
/** … a broker is left out for this long (ms). */
const isolationMs = [0, 0, 2000, 5000, 6000, 10_000, 30_000];
/** A failure counts as a send of this length. */
const FAILURE_COUNTS_AS_MS = 10_000;

interface Row {
  availableFromMs: number;
  reachable: boolean;
}

/** Which brokers were slow or failed lately. As Java: MQFaultStrategy and LatencyFaultToleranceImpl. Times are monotonic milliseconds. */
export class BrokerFaultTable {
  private readonly rows = new Map<string, Row>();

  /** An answer came after `latencyMs`. */
  answered(brokerName: string, latencyMs: number, nowMs: number): void {
    this.update(brokerName, isolationFor(latencyMs), { nowMs, reachable: true });
  }

  /** The broker refused the send. */
  refused(brokerName: string, nowMs: number): void {
    this.update(brokerName, isolationFor(FAILURE_COUNTS_AS_MS), { nowMs, reachable: true });
  }

  /** No connection, or no answer in time. */
  unreachable(brokerName: string, nowMs: number): void {
    this.update(brokerName, isolationFor(FAILURE_COUNTS_AS_MS), { nowMs, reachable: false });
  }

  isAvailable(brokerName: string, nowMs: number): boolean {
    const row = this.rows.get(brokerName);
    return row === undefined || nowMs >= row.availableFromMs;
  }

  /** Whether the last exchange with the broker brought an answer. */
  isReachable(brokerName: string): boolean {
    return this.rows.get(brokerName)?.reachable ?? true;
  }

  private update(brokerName: string, durationMs: number, { nowMs, reachable }: { nowMs: number; reachable: boolean }): void {
    const row = this.rows.get(brokerName) ?? { availableFromMs: 0, reachable };
    if (durationMs > 0) row.availableFromMs = Math.max(row.availableFromMs, nowMs + durationMs);
    row.reachable = reachable;
    this.rows.set(brokerName, row);
  }
}

function isolationFor(latencyMs: number): number {
  return isolationMs[latencyMinMs.findLastIndex((min) => latencyMs >= min)] ?? 0;
}
