import { jest } from '@jest/globals';
import { DRAIN_TIMEOUT_MS } from '../rocketmq.options.js';
import { RocketMQConnection } from './rocketmq.connection.js';

describe('RocketMQConnection', () => {
  it.each([
    ['the drain time of its options', 100, 100],
    ['the usual drain time', undefined, DRAIN_TIMEOUT_MS],
  ])('waits at its close no longer than %s', async (_what, drainTimeoutMs, expected) => {
    const connection = new RocketMQConnection('default', { namesrvAddr: '127.0.0.1:9876', ...(drainTimeoutMs && { drainTimeoutMs }) });
    const shutdown = jest.spyOn(connection.unwrap(), 'shutdown');
    await connection.close();
    expect(shutdown).toHaveBeenCalledWith(expected);
  });
});
