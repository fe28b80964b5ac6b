// Whole transactions a second: the first half, a local transaction that does nothing, the end, and the message at a consumer.
export const settings = {};

const SENDERS = 64;
const SIZE = 1024;

async function transact(producer, count, topic) {
  const body = Buffer.alloc(SIZE, 'x');
  let left = count;
  const latencies = [];
  const one = async () => {
    while (left-- > 0) {
      const begin = performance.now();
      await producer.sendInTransaction({ topic, body }, undefined);
      latencies.push(performance.now() - begin);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, one));
  return latencies.sort((a, b) => a - b);
}

export async function run({ client, quick, cpu }) {
  const instance = await client();
  const topic = 'bench-transactions';
  const listener = { executeLocalTransaction: () => 'commit', checkLocalTransaction: () => 'commit' };
  const producer = instance.transactionProducer({ group: 'bench-transactors', listeners: { listener } });
  await producer.start();
  const warmUp = quick ? 5000 : 30_000;
  const count = quick ? 20_000 : 200_000;
  let seen = 0;
  let all;
  const arrived = new Promise((resolve) => (all = resolve));
  await transact(producer, warmUp, topic);
  const consumer = instance.pushConsumer({
    group: 'bench-transacted',
    subscriptions: new Map([[topic, '*']]),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    onMessage: () => {
      seen += 1;
      if (seen === warmUp + count) all();
    },
  });
  await consumer.start();
  const cpuBefore = cpu();
  const begin = performance.now();
  const latencies = await transact(producer, count, topic);
  const sentS = (performance.now() - begin) / 1000;
  await arrived;
  const spent = cpu() - cpuBefore;
  await instance.shutdown(5000);
  const at = (share) => latencies[Math.floor(latencies.length * share)];
  return [
    { title: 'Transactions/s', value: count / sentS, least: 1 },
    { title: 'Transaction p50 ms', value: at(0.5), digits: 2 },
    { title: 'Transaction p99 ms', value: at(0.99), digits: 2, most: 1 },
    { title: 'Server CPU s per million transactions, with their delivery', value: (spent / count) * 1e6, digits: 1, most: 0.5 },
  ];
}
