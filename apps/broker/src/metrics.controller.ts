import { Controller, Get, Header, ServiceUnavailableException } from '@nestjs/common';
import { BrokerHost } from './broker.host.js';
import { metricsText } from './broker.metrics.js';

@Controller()
export class MetricsController {
  constructor(private readonly host: BrokerHost) {}

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  text(): Promise<string> {
    const metrics = this.host.metrics();
    if (metrics === undefined) throw new ServiceUnavailableException('the store is not open yet');
    return metricsText(metrics);
  }
}
