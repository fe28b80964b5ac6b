import { NameServer } from '../../src/namesrv/index.js';
import { decodeTopicRouteData } from '../../src/protocol/index.js';
import { eventually } from '../../testing/eventually.js';
import { type JavaServer, startJavaBroker } from '../../testing/java-cluster.js';
import { JavaDriver } from '../../testing/java-driver.js';
import { JavaTools } from '../../testing/java-tools.js';

// Apache brokers and tools with two name servers of ours.
const brokers = process.env.TEST_LONG === '1' ? ['5.5.0', '5.3.3', '4.9.7'] : ['5.5.0', '4.9.7'];
const toolsOf = (broker: string) => (broker === '4.9.7' ? '4.9.8' : broker);

describe.each(brokers)('our name servers with an Apache broker %s', (version) => {
  const nameServers = [new NameServer({ config: { listenPort: 0 } }), new NameServer({ config: { listenPort: 0 } })] as const;
  let broker: JavaServer;
  let tools: JavaTools;
  let addresses: string;

  beforeAll(async () => {
    await Promise.all(nameServers.map((one) => one.start()));
    addresses = nameServers.map(({ address }) => address).join(';');
    broker = await startJavaBroker({ version, nameServers: addresses, conf: { mappedFileSizeCommitLog: 16 * 1024 * 1024 } });
    tools = await JavaTools.start(toolsOf(version), addresses);
  }, 240_000);

  afterAll(async () => {
    await tools.stop();
    await broker.stop();
    await Promise.all(nameServers.map((one) => one.stop(1000)));
  }, 240_000);

  it('show its cluster and topics to mqadmin', async () => {
    expect(await tools.run('clusterList')).toMatch(new RegExp(`DefaultCluster +broker-a +0 +${broker.address}`));
    expect(await tools.run('topicList')).toContain('TBW102');
    expect(await tools.run('topicRoute', '-t', 'TBW102')).toContain(broker.address);
    expect(await tools.run('updateTopic', '-b', broker.address, '-t', 'made-by-tools', '-r', '3', '-w', '3')).toContain('success');
    // 5.x tells the name servers after its answer.
    const route = await eventually(
      'a route to the new topic',
      () => tools.run('topicRoute', '-t', 'made-by-tools'),
      (printed) => printed.includes('queueDatas'),
    );
    const { queueDatas } = decodeTopicRouteData(route.slice(route.indexOf('{')));
    expect(queueDatas).toMatchObject([{ brokerName: 'broker-a', readQueueNums: 3 }]);
  }, 240_000);

  it('take and give write permission, settings and KV entries from mqadmin', async () => {
    expect(await tools.run('wipeWritePerm', '-b', 'broker-a', '-n', addresses)).toMatch(/wipe write perm .*OK, [1-9]/);
    expect(await tools.run('addWritePerm', '-b', 'broker-a', '-n', addresses)).toMatch(/add write perm .*OK, [1-9]/i);
    expect(await tools.run('updateKvConfig', '-s', 'ns', '-k', 'key', '-v', 'value')).toContain('success');
    expect(await tools.run('deleteKvConfig', '-s', 'ns', '-k', 'key')).toContain('success');
    expect(await tools.run('getNamesrvConfig', '-n', addresses)).toContain('orderMessageEnable');
    expect(await tools.run('updateNamesrvConfig', '-n', addresses, '-k', 'orderMessageEnable', '-v', 'true')).toContain('success');
    expect(await tools.run('updateNamesrvConfig', '-n', addresses, '-k', 'kvConfigPath', '-v', '/tmp/x')).not.toContain('success');
  }, 240_000);

  it('carry a Java client on when one of them dies, and forget a broker that is killed', async () => {
    const driver = await JavaDriver.start(toolsOf(version), addresses);
    try {
      await driver.producer({ name: 'p' });
      const send = (prefix: string) => driver.send({ name: 'p', topic: 'lasting', mode: 'sync', prefix, count: 5 });
      expect((await send('before')).failures).toEqual([]);
      await driver.consumer({ name: 'c', group: 'g', topic: 'lasting' });
      await nameServers[0].stop(0);
      expect((await send('after')).failures).toEqual([]);
      const seen = (consumer: string): number => new Set(driver.received(consumer).map(({ keys }) => keys)).size;
      await driver.until('all received', () => seen('c') === 10);
      // The client of 5.x gives up at the first name server that is gone; one of its next attempts takes the other one.
      const late = () => driver.consumer({ name: 'late', group: 'late', topic: 'lasting' });
      const attempt = (left: number): Promise<void> =>
        late().catch((error: unknown) => (left === 0 ? Promise.reject(error as Error) : attempt(left - 1)));
      await attempt(10);
      await driver.until('all received again', () => seen('late') === 10);
    } finally {
      await driver.stop();
    }
    expect(nameServers[1].figures().brokers).toBe(1);
    await broker.kill();
    await eventually(
      'no broker and no topic left',
      () => Promise.resolve(nameServers[1].figures()),
      ({ brokers: left, topics }) => left === 0 && topics === 0,
    );
  }, 240_000);
});
