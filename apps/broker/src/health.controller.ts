import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import type { BrokerHealth } from 'rocketmq-core/broker';
import { BrokerHost } from './broker.host.js';

@Controller()
export class HealthController {
  constructor(private readonly host: BrokerHost) {}

  @Get('healthz')
  health(): BrokerHealth {
    return upOr503(this.host.health());
  }

  @Get('readyz')
  readiness(): BrokerHealth {
    return upOr503(this.host.readiness());
  }
}

function upOr503(health: BrokerHealth): BrokerHealth {
  if (health.status === 'down') throw new ServiceUnavailableException(health);
  return health;
}
