// What the consumers that are made to be killed have in common.
import { tell } from './deadly.mjs';

/** Calls of the client that send an offset to the broker. */
export const commits = (BrokerCalls, when) => ({
  prototype: BrokerCalls.prototype,
  methods: ['commitOffset', 'commitOffsetOneway'],
  matches: () => true,
  when,
});

/** Starts a push consumer from the first offset on; prints `ready`. */
export async function consume({ ClientInstance }, { namesrvAddr, group, topic, intervalMs }, listener) {
  const client = new ClientInstance({ namesrvAddr, heartbeatBrokerIntervalMs: intervalMs, pollNameServerIntervalMs: intervalMs });
  await client.start();
  const consumer = client.pushConsumer({
    group,
    subscriptions: new Map([[topic, '*']]),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    persistConsumerOffsetIntervalMs: 200,
    concurrency: 64,
    onMessage: (message) => listener.take(message),
  });
  await consumer.start();
  tell('ready');
}
