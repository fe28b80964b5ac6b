import type { Producer, ReceivedMessage } from '../../src/client/index.js';
import { Cluster } from './cluster.js';

/** Enough for a loaded machine; nothing is asserted about it. */
const TEST_MS = 60_000;

describe('delayed messages from client to client', () => {
  let cluster: Cluster;
  let producer: Producer;
  const seen: ReceivedMessage[] = [];
  let arrived: () => void = () => undefined;

  const until = async (count: number) => {
    while (seen.length < count) await new Promise<void>((resolve) => (arrived = resolve));
  };

  beforeAll(async () => {
    cluster = await Cluster.start(['broker-a'], { messageDelayLevel: '1s 2s', recallMessageEnable: true });
    const client = await cluster.client();
    producer = client.producer({ group: 'P' });
    await producer.start();
    await producer.send({ topic: 'Delay', body: 'first' });
    const consumer = client.pushConsumer({
      group: 'C',
      subscriptions: new Map([['Delay', '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => {
        seen.push(message);
        arrived();
      },
    });
    await consumer.start();
    await until(1);
  }, TEST_MS);
  afterAll(() => cluster.stop());

  it(
    'come after their delay: by level, in seconds, in milliseconds, at a time; what was taken back does not come',
    async () => {
      const deliverAt = new Date(Date.now() + 4000);
      const level = await producer.send({ topic: 'Delay', body: 'level', delayTimeLevel: 1 });
      expect(level.recallHandle).toBeUndefined();
      await producer.send({ topic: 'Delay', body: 'sec', delaySec: 1 });
      await producer.send({ topic: 'Delay', body: 'ms', delayMs: 1500 });
      await producer.send({ topic: 'Delay', body: 'at', deliverAt });
      const recalled = await producer.send({ topic: 'Delay', body: 'recalled', deliverAt });
      expect(await producer.recall('Delay', recalled.recallHandle ?? '')).toBe(recalled.messageId);
      await producer.send({ topic: 'Delay', body: 'last', deliverAt: deliverAt.getTime() + 1000 });
      await until(6);
      const bodies = seen.slice(1).map(({ body }) => body.toString());
      expect([...bodies].sort()).toEqual(['at', 'last', 'level', 'ms', 'sec']);
      for (const { body, bornTimestamp, storeTimestamp } of seen.slice(1)) {
        const leastMs = { level: 1000, sec: 1000, ms: 1500 }[body.toString()] ?? 0;
        expect(storeTimestamp - bornTimestamp).toBeGreaterThanOrEqual(leastMs);
      }
      expect(seen.find(({ body }) => body.toString() === 'at')?.storeTimestamp).toBeGreaterThanOrEqual(deliverAt.getTime());
    },
    TEST_MS,
  );

  it('are refused by the broker when the delay is too long', async () => {
    await expect(producer.send({ topic: 'Delay', body: 'x', delaySec: 4 * 24 * 3600 })).rejects.toMatchObject({ responseCode: 13 });
  });

  it('cannot be sent in a batch', async () => {
    const sent = producer.sendBatch([
      { topic: 'Delay', body: 'a', delaySec: 1 },
      { topic: 'Delay', body: 'b' },
    ]);
    await expect(sent).rejects.toThrow(/sent alone/);
  });

  it('are not taken back by what is no handle, or by one of another topic', async () => {
    await expect(producer.recall('Delay', 'nonsense!')).rejects.toThrow(/no recall handle/);
    const { recallHandle = '' } = await producer.send({ topic: 'Delay', body: 'x', delaySec: 60 });
    await expect(producer.recall('Other', recallHandle)).rejects.toThrow(/not to Other/);
  });
});
