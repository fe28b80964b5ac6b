import { Module, type DynamicModule } from '@nestjs/common';
import { BrokerHost } from './broker.host.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

@Module({})
export class BrokerAppModule {
  static forRoot(host: BrokerHost): DynamicModule {
    return {
      module: BrokerAppModule,
      controllers: [HealthController, MetricsController],
      providers: [{ provide: BrokerHost, useValue: host }],
    };
  }
}
