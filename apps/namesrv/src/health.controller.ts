import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { NamesrvHost } from './namesrv.host.js';

@Controller()
export class HealthController {
  constructor(private readonly host: NamesrvHost) {}

  @Get('healthz')
  health() {
    return { status: 'ok' };
  }

  @Get('readyz')
  readiness() {
    const status = this.host.state;
    if (status !== 'ready') throw new ServiceUnavailableException({ status });
    return { status };
  }
}
