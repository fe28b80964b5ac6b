import { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { currentDelivery } from './delivery-scope.js';
import { Endpoint } from './endpoint.js';

const message = { topic: 't', body: Buffer.from('1'), properties: new Map<string, string>(), reconsumeTimes: 0 };

/** The topic that a handler finds in its delivery. */
async function found(options: { readonly deliveryScope?: boolean; readonly isDirect: boolean }): Promise<unknown> {
  const { isDirect, ...rest } = options;
  const settings = { id: 'L.m', name: 'L.m', topics: ['t'], group: 'g', selector: { tag: '*' }, orderly: false };
  let topic: unknown;
  const handler = async () => {
    await Promise.resolve();
    topic = currentDelivery()?.getTopic();
  };
  const connection = new RocketMQConnection('default', { namesrvAddr: '127.0.0.1:9', ...rest });
  const endpoint = new Endpoint({ settings, connection, handler, isDirect });
  expect(await endpoint.handleOne(message as never, { signal: new AbortController().signal })).toBeUndefined();
  return topic;
}

describe('the scope of a delivery', () => {
  it('is there by default', async () => {
    expect(await found({ isDirect: true })).toBe('t');
    expect(await found({ isDirect: false })).toBe('t');
    expect(currentDelivery()).toBeUndefined();
  });

  it('is left out where the connection says so, unless the pipeline of Nest needs it', async () => {
    expect(await found({ isDirect: true, deliveryScope: false })).toBeUndefined();
    expect(await found({ isDirect: false, deliveryScope: false })).toBe('t');
  });
});
