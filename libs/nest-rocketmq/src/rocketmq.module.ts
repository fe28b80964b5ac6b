import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ConfigurableModuleClass } from './rocketmq.module-definition.js';

/** `RocketMQModule.forRoot({ namesrvAddr: '127.0.0.1:9876' })`, once for each connection. */
@Module({ imports: [DiscoveryModule] })
export class RocketMQModule extends ConfigurableModuleClass {}
