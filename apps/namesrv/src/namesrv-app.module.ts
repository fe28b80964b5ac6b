import { Module, type DynamicModule } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { NamesrvHost } from './namesrv.host.js';
import { NamesrvMetrics } from './namesrv.metrics.js';

@Module({})
export class NamesrvAppModule {
  static forRoot(host: NamesrvHost): DynamicModule {
    return {
      module: NamesrvAppModule,
      controllers: [HealthController, MetricsController],
      providers: [
        { provide: NamesrvHost, useValue: host },
        { provide: NamesrvMetrics, useFactory: () => new NamesrvMetrics(host) },
      ],
    };
  }
}
