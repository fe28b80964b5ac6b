// Ordered consumption: a pile of messages by key, taken by one orderly consumer of ours; each queue is under lock, one call after the other.
export const settings = {};

const TOPIC = 'bench-ordered';
const QUEUES = 8;
const SENDERS = 64;
const SIZE = 256;

/** A busy broker refuses; what a key is bound to is tried once only by the client. */
async function sendSurely(producer, body, shardingKey) {
  for (;;) {
    try {
      return await producer.send({ topic: TOPIC, body }, { shardingKey });
    } catch (error) {
      if (!error.retrySafe) throw error;
    }
  }
}

async function fill(producer, count) {
  const body = Buffer.alloc(SIZE, 'x');
  let next = 0;
  const one = async () => {
    while (next < count) {
      const number = next++;
      await sendSurely(producer, body, `key-${number % 1000}`);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, one));
}

export async function run({ client, quick, cpu }) {
  const count = quick ? 20_000 : 200_000;
  const sender = await client();
  await sender.admin().topics.createOrUpdate({ topic: TOPIC, readQueueNums: QUEUES, writeQueueNums: QUEUES });
  const producer = sender.producer({ group: 'bench-ordered-sender' });
  await producer.start();
  await fill(producer, count);
  await sender.shutdown(5000);

  const reader = await client();
  const next = new Map();
  let seen = 0;
  let firstAt;
  let all;
  const done = new Promise((resolve, reject) => (all = { resolve, reject }));
  const consumer = reader.pushConsumer({
    group: 'bench-ordered-reader',
    subscriptions: new Map([[TOPIC, '*']]),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    orderly: true,
    onMessage: ({ queue, queueOffset }) => {
      firstAt ??= performance.now();
      if (queueOffset !== (next.get(queue.queueId) ?? 0))
        all.reject(new Error(`queue ${queue.queueId}: offset ${queueOffset} is out of order`));
      next.set(queue.queueId, queueOffset + 1);
      seen += 1;
      if (seen === count) all.resolve();
    },
  });
  const cpuBefore = cpu();
  await consumer.start();
  await done;
  const seconds = (performance.now() - firstAt) / 1000;
  const spent = cpu() - cpuBefore;
  await reader.shutdown(5000);
  return [
    { title: 'Ordered messages consumed/s', value: count / seconds, least: 1 },
    { title: 'Server CPU s per million ordered messages', value: (spent / count) * 1e6, digits: 1, most: 1 },
  ];
}
