import { Counter, Gauge, Registry } from 'prom-client';
import type { Metric } from 'rocketmq-core/broker';

/** The text of Prometheus. */
export function metricsText(metrics: readonly Metric[]): Promise<string> {
  // New for each text: topics and groups come and go, and nothing is counted between two of them.
  const registry = new Registry();
  for (const { name, help, type, samples } of metrics) {
    const labelNames = [...new Set(samples.flatMap(({ labels }) => [...labels.keys()]))];
    const options = { name, help, labelNames, registers: [registry] };
    const set = type === 'gauge' ? setterOf(new Gauge(options)) : adderOf(new Counter(options));
    for (const { labels, value } of samples) set(Object.fromEntries(labels), value);
  }
  return registry.metrics();
}

type SetSample = (labels: Record<string, string>, value: number) => void;

const setterOf =
  (gauge: Gauge): SetSample =>
  (labels, value) =>
    gauge.set(labels, value);
const adderOf =
  (counter: Counter): SetSample =>
  (labels, value) =>
    counter.inc(labels, value);
