export type { BrokerFaults } from './broker-faults.js';
export { RocketMQTesting, type PublishedMessage, type RocketMQTestingOptions, type WaitOptions } from './rocketmq-testing.js';
export { RocketMQTestingModule, type RocketMQTestingModuleOptions } from './rocketmq-testing.module.js';
export { VirtualClock } from './virtual-clock.js';
