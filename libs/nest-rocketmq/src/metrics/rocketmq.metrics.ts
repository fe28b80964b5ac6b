import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { RocketMQListenerRegistry } from '../discovery/listener.registry.js';
import type { DeliveryReport } from '../observation/delivery-observer.js';

interface Metric<Registry> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers?: Registry[];
}

type Labels = Record<string, string>;

interface Gauge {
  set(labels: Labels, value: number): void;
  reset(): void;
}

/** What is needed of `prom-client`: the package itself fits. */
export interface PrometheusClient<Registry> {
  readonly Counter: new (metric: Metric<Registry>) => { inc(labels: Labels, value?: number): void };
  readonly Histogram: new (metric: Metric<Registry> & { readonly buckets: number[] }) => { observe(labels: Labels, value: number): void };
  readonly Gauge: new (metric: Metric<Registry> & { readonly collect: () => Promise<void> }) => Gauge;
}

export interface RocketMQMetricsOptions<Registry> {
  /** `import * as prometheus from 'prom-client'` */
  readonly prometheus: PrometheusClient<Registry>;
  /** Default: the global one of prom-client. */
  readonly register?: Registry;
  /** Whether brokers are asked for the lag of each group whenever metrics are read. Default true. */
  readonly lag?: boolean;
  /** Of `rocketmq_listener_duration_seconds`, s. */
  readonly buckets?: readonly number[];
}

/** What is measured of one connection. */
export interface Measured {
  readonly connection: RocketMQConnection;
  readonly registry: RocketMQListenerRegistry;
}

const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

/** Counts what listeners do, for Prometheus. */
export class RocketMQMetrics<Registry> {
  private readonly messages: { inc(labels: Labels): void };
  private readonly duration: { observe(labels: Labels, value: number): void };
  private endings: (() => void)[] = [];

  constructor(
    { prometheus, register, lag = true, buckets = BUCKETS }: RocketMQMetricsOptions<Registry>,
    private readonly measured: readonly Measured[],
  ) {
    const metric = (name: string, help: string, labelNames: string[]): Metric<Registry> => ({
      ...{ name, help, labelNames },
      ...(register !== undefined && { registers: [register] }),
    });
    const listenerLabels = ['connection', 'group', 'listener'];
    this.messages = new prometheus.Counter(
      metric('rocketmq_listener_messages_total', 'Messages by what became of them', [...listenerLabels, 'topic', 'fate', 'end']),
    );
    this.duration = new prometheus.Histogram({
      ...metric('rocketmq_listener_duration_seconds', 'Duration of calls of listeners', listenerLabels),
      buckets: [...buckets],
    });
    const running: Gauge = new prometheus.Gauge({
      ...metric('rocketmq_group_running', 'Calls of listeners that run', ['connection', 'group']),
      collect: () => this.collect(running, (registry, group) => runningOf(registry, group)),
    });
    if (!lag) return;
    const waiting: Gauge = new prometheus.Gauge({
      ...metric('rocketmq_group_lag_messages', 'Messages that wait for a group, over all of its members', ['connection', 'group']),
      collect: () => this.collect(waiting, (registry, group) => registry.lag(group)),
    });
  }

  /** Begins to count. */
  start(): void {
    this.endings = this.measured.map(({ connection }) => connection.observers.add({ ended: (report) => this.ended(report) }));
  }

  stop(): void {
    for (const end of this.endings.splice(0)) end();
  }

  private ended({ context, index, end, fate, durationMs }: DeliveryReport): void {
    const labels = { connection: context.getConnection(), group: context.getGroup(), listener: context.getListener() };
    const topic = context.getMessages()[index]?.topic ?? context.getTopic();
    this.messages.inc({ ...labels, topic, fate, end });
    // A batch is one call.
    if (index === 0) this.duration.observe(labels, durationMs / 1000);
  }

  private async collect(
    gauge: Gauge,
    valueOf: (registry: RocketMQListenerRegistry, group: string) => number | Promise<number>,
  ): Promise<void> {
    gauge.reset();
    const groups = this.measured.flatMap(({ connection: { name, status }, registry }) =>
      status.hasStarted ? groupsOf(registry).map((group) => ({ name, registry, group })) : [],
    );
    await Promise.all(
      groups.map(async ({ name, registry, group }) => {
        try {
          gauge.set({ connection: name, group }, await valueOf(registry, group));
        } catch {
          // A cluster that does not answer has no figure; it must not take the others with it.
        }
      }),
    );
  }
}

function groupsOf(registry: RocketMQListenerRegistry): readonly string[] {
  return [...new Set(registry.list().flatMap(({ group, state }) => (state === 'excluded' ? [] : [group])))];
}

function runningOf(registry: RocketMQListenerRegistry, group: string): number {
  return registry.list().find((listener) => listener.group === group)?.running ?? 0;
}
