import { jest } from '@jest/globals';
import type { ReceivedMessage } from '../../src/client/index.js';
import { apacheServers, type Cluster, servers } from './clusters.js';
import { createTopic, OurClient } from './our-clients.js';

const group = 'drainers';
const topic = 'drained';
const conf = {
  ...{ transactionTimeOut: 1000, transactionCheckInterval: 1000, transactionOpBatchInterval: 200, recallMessageEnable: true },
  messageDelayLevel: '1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s',
};

jest.setTimeout(240_000);

describe.each([...servers.filter(({ isOurs }) => isOurs), ...apacheServers.slice(0, 1)])('draining $title', (server) => {
  let cluster: Cluster;
  let client: OurClient;

  beforeAll(async () => {
    cluster = await server.start({ conf });
    await createTopic(cluster.nameServers, topic);
    client = await OurClient.start({ namesrvAddr: cluster.nameServers, mqClientApiTimeoutMs: 20_000 });
  });
  afterAll(async () => {
    await client.stop();
    await cluster.stop();
  });

  it('ends when consumers have had what failed, what waited for its time, and what was committed late', async () => {
    const open = new Set(['half']);
    const listener = {
      executeLocalTransaction: () => 'unknown' as const,
      checkLocalTransaction: () => (open.size > 0 ? ('unknown' as const) : ('commit' as const)),
    };
    const producer = client.instance.transactionProducer({ group: 'drained-producers', topics: [topic], listeners: { listener } });
    await producer.start();
    const refuse = ({ reconsumeTimes }: ReceivedMessage): boolean => reconsumeTimes === 0;
    const { received } = await client.consumer({ group, topic, refuse, persistConsumerOffsetIntervalMs: 200 });
    await producer.send({ topic, body: 'plain' });
    await producer.sendInTransaction({ topic, body: 'half' }, undefined);
    // Last of all: it is still to wait when the draining looks for the first time.
    await producer.send({ topic, body: 'timer', delayMs: 6000 });
    const waits: string[] = [];
    const admin = client.instance.admin();
    const done = admin.procedures.drain('broker-a', { settleMs: 0, pollMs: 100, onWait: (what) => void waits.push(what) });
    const bodies = () => received.map(({ body, reconsumeTimes }) => `${body.toString()} ${reconsumeTimes}`).sort();
    await client.until('all but the open transaction', () => bodies().includes('timer 1'));
    open.clear();
    await done;
    expect(new Set(bodies())).toEqual(new Set(['half 0', 'half 1', 'plain 0', 'plain 1', 'timer 0', 'timer 1']));
    expect(waits.filter((what) => /halves of transactions/.test(what))).not.toEqual([]);
    expect(waits.filter((what) => /messages in the timer/.test(what))).not.toEqual([]);
    expect((await admin.topics.route(topic))?.queueDatas.map(({ perm }) => perm)).toEqual([4]);
  });
});
