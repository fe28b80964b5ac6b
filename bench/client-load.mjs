// The load of bench/java/Load.java by our client: the same words on standard input, the same lines of answer.
// usage: node bench/client-load.mjs <index.js of the client> <name server>
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [clientPath, namesrvAddr] = process.argv.slice(2);
const { ClientInstance } = await import(pathToFileURL(clientPath));

const sendTimeoutMs = 10_000;
const drainTimeoutMs = 600_000;

async function withClient(work) {
  const client = new ClientInstance({ namesrvAddr });
  await client.start();
  try {
    return await work(client);
  } finally {
    await client.shutdown(5000);
  }
}

/** Senders that each wait for their answer, until a number of messages is acknowledged or time is up. */
async function sendUntil({ topic, senders, size, count = Infinity, endMs = Infinity }) {
  return withClient(async (client) => {
    const producer = client.producer({ group: 'bench-producer', sendMsgTimeoutMs: sendTimeoutMs, compressMsgBodyOverHowmuch: 0x7fffffff });
    await producer.start();
    const result = { count: 0, errors: 0 };
    let left = count;
    const beginMs = performance.now();
    const sender = async () => {
      const body = Buffer.alloc(size);
      while (performance.now() < endMs && left-- > 0) {
        try {
          const { status } = await producer.send({ topic, body });
          if (status === 'SEND_OK') result.count += 1;
          else result.errors += 1;
        } catch {
          result.errors += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: senders }, sender));
    const seconds = (performance.now() - beginMs) / 1000;
    return { ...result, seconds, rate: result.count / seconds };
  });
}

/** A new group reads what lies there; the clock runs from its first message to the last. */
async function drain(topic, group, count) {
  return withClient(async (client) => {
    let seen = 0;
    let beginMs = 0;
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`received ${seen} of ${count}`)), drainTimeoutMs);
      const onMessage = () => {
        if (seen === 0) beginMs = performance.now();
        seen += 1;
        if (seen < count) return;
        clearTimeout(late);
        resolve();
      };
      const consumer = client.pushConsumer({
        group,
        subscriptions: new Map([[topic, '*']]),
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        onMessage,
      });
      consumer.start().catch(reject);
    });
    const seconds = (performance.now() - beginMs) / 1000;
    return { count: seen, seconds, rate: seen / seconds };
  });
}

function run([word, ...rest]) {
  switch (word) {
    case 'send':
      return sendUntil({ topic: rest[0], senders: +rest[1], endMs: performance.now() + rest[2] * 1000, size: +rest[3] });
    case 'fill':
      return sendUntil({ topic: rest[0], senders: +rest[1], count: +rest[2], size: +rest[3] });
    case 'drain':
      return drain(rest[0], rest[1], +rest[2]);
    default:
      throw new Error(`unknown word ${word}`);
  }
}

console.log('{"ready":true}');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'quit') break;
  try {
    console.log(JSON.stringify(await run(line.split(' '))));
  } catch (error) {
    console.error(error);
    console.log(JSON.stringify({ error: String(error) }));
  }
}
process.exit(0);
