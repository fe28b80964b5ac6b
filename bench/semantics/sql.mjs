// Messages a second that a broker looks through for a consumer that wants one in a hundred of them by an SQL92 expression.
export const settings = { enablePropertyFilter: 'true' };

const QUEUES = 4;
const BATCH = 200;
const WANTED_EACH = 100;
const SIZE = 100;
const expression = "size BETWEEN 10 AND 90 AND colour IN ('red', 'green') AND note IS NOT NULL";

const propertiesOf = (number, wanted) => ({
  size: wanted ? '50' : '7',
  colour: number % 2 === 0 ? 'red' : 'green',
  note: `note ${number}`,
});

/** The last message of each queue is wanted, so that a consumer knows when it has passed them all. */
async function fill(instance, topic, countPerQueue) {
  const producer = instance.producer({ group: 'bench-filling' });
  await producer.start();
  const body = Buffer.alloc(SIZE, 'x');
  await producer.send({ topic, body });
  for (let queueId = 0; queueId < QUEUES; queueId += 1) {
    const selector = (queues) => queues.find((queue) => queue.queueId === queueId);
    for (let first = 0; first < countPerQueue; first += BATCH) {
      const messages = Array.from({ length: BATCH }, (_, at) => {
        const number = first + at;
        return { topic, body, tags: 'T', properties: propertiesOf(number, (number + 1) % WANTED_EACH === 0) };
      });
      await producer.sendBatch(messages, { selector });
    }
  }
  await producer.shutdown(5000);
}

/** @returns seconds until all that is wanted is here */
async function consume(instance, topic, { group, wanted, bySql, concurrency = 20 }) {
  let seen = 0;
  let all;
  const arrived = new Promise((resolve) => (all = resolve));
  const consumer = instance.pushConsumer({
    group,
    concurrency,
    subscriptions: new Map([[topic, bySql(expression)]]),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    onMessage: () => {
      seen += 1;
      if (seen === wanted) all();
    },
  });
  const begin = performance.now();
  await consumer.start();
  await arrived;
  const seconds = (performance.now() - begin) / 1000;
  await consumer.shutdown(5000);
  return seconds;
}

export async function run({ client, quick, cpu }) {
  const instance = await client();
  const bySql = (text) => ({ type: 'SQL92', expression: text });
  const topic = 'bench-filtered';
  const countPerQueue = quick ? 50_000 : 250_000;
  const wanted = (QUEUES * countPerQueue) / WANTED_EACH;
  await fill(instance, topic, countPerQueue);
  for (const group of ['bench-filter-warm-a', 'bench-filter-warm-b']) await consume(instance, topic, { group, wanted, bySql });
  const cpuBefore = cpu();
  const seconds = await consume(instance, topic, { group: 'bench-filter', wanted, bySql });
  const spent = cpu() - cpuBefore;
  await instance.shutdown(5000);
  const count = QUEUES * countPerQueue;
  return [
    { title: 'SQL92 evaluations/s', value: count / seconds, least: 1 },
    { title: 'Server CPU s per million evaluations', value: (spent / count) * 1e6, digits: 2 },
  ];
}
