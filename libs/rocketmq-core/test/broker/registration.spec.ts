import { NameServer } from '../../src/namesrv/index.js';
import {
  decodeClusterInfo,
  decodeTopicRouteData,
  GetBrokerClusterInfo,
  GetRouteinfoByTopic,
  ResponseCode,
  UpdateAndCreateTopic,
} from '../../src/protocol/index.js';
import { RemotingClient } from '../../src/remoting/index.js';
import { silentLogger, SystemClock } from '../../src/runtime/index.js';
import { BrokerFixture } from './broker-fixture.js';

const clock = new SystemClock();
const asking = new RemotingClient({ clock, logger: silentLogger });
const nameServers: NameServer[] = [];
let fixture: BrokerFixture;

beforeEach(() => {
  fixture = new BrokerFixture();
});
afterEach(async () => {
  await fixture.close();
  await Promise.all(nameServers.splice(0).map((nameServer) => nameServer.stop(0)));
});
afterAll(() => asking.close(0));

async function startNameServer(listenPort = 0): Promise<NameServer> {
  const nameServer = new NameServer({ config: { listenPort, kvConfigPath: '' } });
  await nameServer.start();
  nameServers.push(nameServer);
  return nameServer;
}

async function routeOf(nameServer: NameServer, topic: string) {
  const answer = await asking.invoke(nameServer.address, GetRouteinfoByTopic, { topic }, { timeoutMs: 5000 });
  return answer.code === ResponseCode.SUCCESS ? decodeTopicRouteData(answer.body) : undefined;
}

async function brokersOf(nameServer: NameServer): Promise<string[]> {
  const answer = await asking.invoke(nameServer.address, GetBrokerClusterInfo, {}, { timeoutMs: 5000 });
  return [...decodeClusterInfo(answer.body).brokerAddrTable.keys()];
}

const topicHeader = (topic: string) => ({
  ...{ topic, defaultTopic: 'TBW102', readQueueNums: 3, writeQueueNums: 2, perm: 6, topicFilterType: 'SINGLE_TAG', order: false },
});

describe('registration', () => {
  it('is done with every name server when the broker has started, and undone when it stops', async () => {
    const [one, two] = [await startNameServer(), await startNameServer()];
    const broker = await fixture.start({ namesrvAddr: `${one.address};${two.address}` });
    for (const nameServer of [one, two]) {
      expect(await brokersOf(nameServer)).toEqual(['b']);
      const route = await routeOf(nameServer, 'TBW102');
      expect(route?.brokerDatas[0]?.brokerAddrs.get(0)).toBe(broker.address);
    }
    await fixture.stop();
    for (const nameServer of [one, two]) expect(await brokersOf(nameServer)).toEqual([]);
  });

  it('is ahead of the answer that made a topic', async () => {
    const nameServer = await startNameServer();
    await fixture.start({ namesrvAddr: nameServer.address });
    const client = fixture.client();
    await client.call(UpdateAndCreateTopic, topicHeader('Made'));
    expect((await routeOf(nameServer, 'Made'))?.queueDatas[0]).toMatchObject({ readQueueNums: 3, writeQueueNums: 2, perm: 6 });
    await client.send('Auto', 'x');
    expect((await routeOf(nameServer, 'Auto'))?.queueDatas[0]).toMatchObject({ readQueueNums: 4, writeQueueNums: 4, perm: 6 });
  });

  it('narrows topics to what the broker allows', async () => {
    const nameServer = await startNameServer();
    await fixture.start({ namesrvAddr: nameServer.address, brokerPermission: 4 });
    expect((await routeOf(nameServer, 'BenchmarkTest'))?.queueDatas[0]?.perm).toBe(4);
  });

  it('works compressed', async () => {
    const nameServer = await startNameServer();
    await fixture.start({ namesrvAddr: nameServer.address, compressedRegister: true });
    expect((await routeOf(nameServer, 'BenchmarkTest'))?.queueDatas[0]?.perm).toBe(6);
  });

  it('does not wait for a name server that is down', async () => {
    const nameServer = await startNameServer();
    const dead = await startNameServer();
    const deadAddress = dead.address;
    await dead.stop(0);
    await fixture.start({ namesrvAddr: `${deadAddress};${nameServer.address}` });
    await fixture.client().call(UpdateAndCreateTopic, topicHeader('Made'));
    expect(await routeOf(nameServer, 'Made')).toBeDefined();
  });
});
