export { EmbeddedRocketMQ } from './embedded-rocketmq.js';
export { EmbeddedRocketMQModule } from './embedded.module.js';
export type { EmbeddedRocketMQOptions } from './embedded.options.js';
