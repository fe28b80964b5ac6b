import { type JavaServer, startJavaBroker, startJavaNameServer } from '../../testing/java-cluster.js';
import { JavaDriver } from '../../testing/java-driver.js';
import { JavaTools } from '../../testing/java-tools.js';
import { expectAliOnsToSendAndReceive } from '../ali-ons/ali-ons-run.js';
import { createTopic } from './our-clients.js';

// The oracle by itself: what the other suites compare with must answer on this machine, with each of its clients.
const clusters: readonly { server: string; clients: readonly string[] }[] =
  process.env.TEST_LONG === '1'
    ? ['5.5.0', '5.3.3', '4.9.7'].map((server) => ({ server, clients: ['5.5.0', '5.3.3', '4.9.8'] }))
    : [{ server: '5.5.0', clients: ['4.9.8'] }];

describe.each(clusters)('Apache RocketMQ $server', ({ server, clients }) => {
  let nameServer: JavaServer;
  let broker: JavaServer;

  beforeAll(async () => {
    nameServer = await startJavaNameServer({ version: server });
    broker = await startJavaBroker({
      version: server,
      nameServers: nameServer.address,
      conf: { mappedFileSizeCommitLog: 16 * 1024 * 1024 },
    });
  }, 240_000);

  afterAll(async () => {
    await broker.stop();
    await nameServer.kill();
  }, 240_000);

  it.each(clients)(
    'serves the Java client %s',
    async (client) => {
      const topic = `oracle-${client.replaceAll('.', '-')}`;
      const driver = await JavaDriver.start(client, nameServer.address);
      try {
        await driver.producer({ name: 'p', compressOver: 1000 });
        for (const mode of ['sync', 'async', 'batch'] as const) {
          const { results, failures } = await driver.send({
            name: 'p',
            topic,
            mode,
            prefix: mode,
            count: 10,
            tags: 'A,B',
            properties: { k: 'v é' },
          });
          expect(failures).toEqual([]);
          expect(results.every(({ status }) => status === 'SEND_OK')).toBe(true);
        }
        await driver.send({ name: 'p', topic, mode: 'sync', prefix: 'big', size: 5000, count: 1 });
        await driver.send({ name: 'p', topic, mode: 'oneway', prefix: 'oneway', count: 10 });
        await driver.consumer({ name: 'c', group: `group-${topic}`, topic });
        await driver.until('all received', () => new Set(driver.received('c').map(({ keys }) => keys)).size === 41);
        const big = driver.received('c').find(({ keys }) => keys === 'big-0');
        expect(big?.bodyLength).toBe(5000);
        expect(driver.received('c').find(({ keys }) => keys === 'sync-1')).toMatchObject({
          tags: 'B',
          body: 'sync-1',
          properties: { k: 'v é' },
        });
        const offsets = await driver.offsets(topic);
        expect(offsets.reduce((sum, { max }) => sum + max, 0)).toBe(41);
        expect(await driver.pullAll(15, { topic, expression: 'A' })).toHaveLength(15);
      } finally {
        await driver.stop();
      }
    },
    240_000,
  );

  it('serves ali-ons', async () => {
    await createTopic(nameServer.address, 'from-node');
    await expectAliOnsToSendAndReceive(nameServer.address, 'from-node');
  }, 240_000);

  it('lists its cluster', async () => {
    const tools = await JavaTools.start(clients[0] ?? server, nameServer.address);
    try {
      expect(await tools.run('clusterList')).toContain(broker.address);
    } finally {
      await tools.stop();
    }
  }, 240_000);
});
