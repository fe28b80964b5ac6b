export { RocketMQMetrics, type Measured, type PrometheusClient, type RocketMQMetricsOptions } from './rocketmq.metrics.js';
export { RocketMQMetricsModule, type RocketMQMetricsModuleOptions } from './rocketmq-metrics.module.js';
