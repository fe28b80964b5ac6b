// A member of a consumer group. Argument: JSON with the folder of the compiled core, the name server, the consumer's options, how long its listener
// takes, and whether it keeps queues whose locks are lost. Prints `ready`, then `began <queue> <offset> <key> <digest of the body> <time>` and `ended <queue> <offset> <time>` for each call.
// SIGTERM: it leaves its group and ends. SIGUSR2: it pauses, or goes on.
import { endWithParent, loader, tell } from './deadly.mjs';

const { folder, namesrvAddr, options, topic, holdMs, isBold } = JSON.parse(process.argv[2]);
endWithParent();
const load = loader(folder);
const { ClientInstance } = await load('client/index.js');
const { LockLoop } = await load('client/consumer/lock-loop.js');
if (isBold) {
  LockLoop.prototype.isHeld = () => true;
  LockLoop.prototype.lose = () => undefined;
}

// One clock for all processes of a host.
const now = () => process.hrtime.bigint() / 1000n;
const client = new ClientInstance({ namesrvAddr, heartbeatBrokerIntervalMs: 1000, pollNameServerIntervalMs: 1000 });
await client.start();
const consumer = client.pushConsumer({
  ...options,
  subscriptions: new Map([[topic, '*']]),
  consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  onMessage: async ({ queue, queueOffset, keys, body }) => {
    tell(`began ${queue.queueId} ${queueOffset} ${keys[0]} ${body.toString('base64')} ${now()}`);
    await new Promise((resolve) => setTimeout(resolve, holdMs));
    tell(`ended ${queue.queueId} ${queueOffset} ${now()}`);
  },
});
process.on('SIGUSR2', () => (consumer.state === 'paused' ? consumer.resume() : consumer.pause()));
process.on('SIGTERM', () => void client.shutdown(10_000).then(() => process.exit(0)));
await consumer.start();
tell('ready');
