import { Gauge, Registry } from 'prom-client';
import type { NameServerFigures } from 'rocketmq-core/namesrv';
import type { NamesrvHost } from './namesrv.host.js';

/** Apache's name server has no metrics; these follow the names of its broker. */
const GAUGES: readonly (readonly [name: string, help: string, figure: keyof NameServerFigures])[] = [
  ['rocketmq_namesrv_connections', 'Connections of brokers and clients', 'connections'],
  ['rocketmq_namesrv_broker_number', 'Registered brokers, masters and slaves', 'brokers'],
  ['rocketmq_namesrv_topic_number', 'Topics with a route', 'topics'],
];

/** Figures are read when somebody asks. */
export class NamesrvMetrics {
  private readonly registry = new Registry();
  private readonly gauges = GAUGES.map(([name, help, figure]) => ({
    figure,
    gauge: new Gauge({ name, help, registers: [this.registry] }),
  }));

  constructor(private readonly host: NamesrvHost) {
    this.registry.setDefaultLabels({ node_type: 'nameserver' });
  }

  text(): Promise<string> {
    const figures = this.host.figures();
    for (const { figure, gauge } of this.gauges) gauge.set(figures[figure]);
    return this.registry.metrics();
  }
}
