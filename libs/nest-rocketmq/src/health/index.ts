export { RocketMQHealthIndicator, type RocketMQHealth, type RocketMQHealthOptions } from './rocketmq.health-indicator.js';
export { RocketMQHealthModule, type RocketMQHealthModuleOptions } from './rocketmq-health.module.js';
