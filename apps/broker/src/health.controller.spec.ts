import { ServiceUnavailableException } from '@nestjs/common';
import type { Broker, BrokerHealth } from 'rocketmq-core/broker';
import { BrokerHost } from './broker.host.js';
import { HealthController } from './health.controller.js';

function setUp(readiness: BrokerHealth) {
  const failures: ((reason: string) => void)[] = [];
  const broker = { readiness: () => readiness, onFailure: (listener: (reason: string) => void) => failures.push(listener) };
  const controller = new HealthController(new BrokerHost(broker as unknown as Broker));
  return { controller, fail: (reason: string) => failures.forEach((listener) => listener(reason)) };
}

const answerOf = (ask: () => BrokerHealth): unknown => {
  try {
    return ask();
  } catch (error) {
    if (error instanceof ServiceUnavailableException) return [error.getStatus(), error.getResponse()];
    throw error;
  }
};

describe('HealthController', () => {
  it('calls a broker alive that is not ready yet', () => {
    const { controller } = setUp({ status: 'down', reason: 'the broker is starting' });
    expect(answerOf(() => controller.health())).toEqual({ status: 'up' });
    expect(answerOf(() => controller.readiness())).toEqual([503, { status: 'down', reason: 'the broker is starting' }]);
  });

  it('calls a broker dead whose store has failed', () => {
    const { controller, fail } = setUp({ status: 'up' });
    expect(answerOf(() => controller.health())).toEqual({ status: 'up' });
    fail('fdatasync: EIO');
    expect(answerOf(() => controller.health())).toEqual([503, { status: 'down', reason: 'the store has failed: fdatasync: EIO' }]);
  });
});
