import { Controller, Get, Header } from '@nestjs/common';
import { NamesrvMetrics } from './namesrv.metrics.js';

@Controller()
export class MetricsController {
  constructor(private readonly metrics: NamesrvMetrics) {}

  @Get('metrics')
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  text(): Promise<string> {
    return this.metrics.text();
  }
}
