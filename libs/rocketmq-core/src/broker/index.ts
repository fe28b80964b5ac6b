export { Broker, type BrokerHealth, type BrokerOptions } from './broker.js';
export { brokerSettings, type BrokerConfig } from './config/broker-config.js';
export type { Metric, MetricSample } from './stats/metrics.js';
