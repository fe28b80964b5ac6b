// Sends and receives with ali-ons in a process of its own, because it leaves timers and connections behind. usage: node ali-ons-peer.mjs <name server> <topic>
// Prints what it sent and what it received as JSON, and ends.
import { Consumer, Message, Producer } from 'ali-ons';
import { setTimeout as sleep } from 'node:timers/promises';

const [nameSrv, topic] = process.argv.slice(2);
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
const options = { nameSrv, logger, httpclient: {} };

const producer = new Producer({ ...options, producerGroup: 'ali-producer' });
const consumer = new Consumer({ ...options, consumerGroup: 'ali-consumer', consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' });
// It reports each long poll that ends with its connection, and the retry topic that does not exist yet.
for (const one of [producer, consumer]) one.on('error', () => undefined);

const sent = [];
const received = [];

async function send(number) {
  // Above 4 KiB it compresses.
  const one = {
    keys: `key-${number}`,
    tags: number % 2 === 0 ? 'even' : 'odd',
    text: `body ${number}`.padEnd(number === 7 ? 10_000 : 0, '.'),
  };
  const message = new Message(topic, one.tags, one.text);
  message.keys = [one.keys];
  const { sendStatus, queueOffset, messageQueue } = await producer.send(message);
  sent.push({ ...one, sendStatus, queueId: Number(messageQueue.queueId), queueOffset: Number(queueOffset) });
}

async function receivedAll() {
  for (const end = Date.now() + 90_000; received.length < sent.length && Date.now() < end;) await sleep(20);
}

await producer.ready();
for (let number = 0; number < 20; number++) await send(number);
consumer.subscribe(topic, 'even || odd', async ({ keys, tags, body, queueId, queueOffset }) => {
  received.push({ keys, tags, text: body.toString(), queueId, queueOffset });
});
await consumer.ready();
await receivedAll();
// A long poll answers what comes later.
for (let number = 20; number < 30; number++) await send(number);
await receivedAll();
await consumer.close();
await producer.close();
process.stdout.write(JSON.stringify({ sent, received }), () => process.exit(0));
