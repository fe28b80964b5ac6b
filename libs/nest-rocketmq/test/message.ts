import type { ReceivedMessage } from 'rocketmq-core/client';

/** A message as a listener would get it, for tests that need no broker. */
export function receivedMessage(parts: Partial<ReceivedMessage> & { readonly payload?: unknown } = {}): ReceivedMessage {
  const { payload = { id: 1 }, ...rest } = parts;
  const topic = rest.topic ?? 'orders';
  return {
    messageId: 'AC11000100002A9F0000000000000001',
    offsetMessageId: '7F00000100002A9F0000000000000000',
    topic,
    body: Buffer.from(JSON.stringify(payload)),
    tags: undefined,
    keys: [],
    properties: new Map([['traceparent', '00-1']]),
    flag: 0,
    sysFlag: 0,
    queue: { topic, brokerName: 'broker-a', queueId: 0 },
    queueOffset: 0,
    physicalOffset: 0,
    storeSize: 100,
    bornTimestamp: 0,
    bornHost: '127.0.0.1:1',
    storeTimestamp: 0,
    storeHost: '127.0.0.1:10911',
    reconsumeTimes: 2,
    transactionId: undefined,
    ...rest,
  };
}
