import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientInstance, type ReceivedMessage } from '../../src/client/index.js';
import { NameServer } from '../../src/namesrv/index.js';
import { eventually } from '../../testing/eventually.js';
import { freeListenPort } from '../../testing/free-ports.js';
import { type JavaServer, startJavaBroker, startJavaNameServer } from '../../testing/java-cluster.js';
import { JavaDriver } from '../../testing/java-driver.js';
import { ourBroker } from './clusters.js';
import { JavaParty } from './scenarios/java-party.js';
import { OurParty } from './scenarios/our-party.js';
import type { Party } from './scenarios/party.js';
import { javaClientProperties, ourClientSettings, ourConsumerSettings } from './scenarios/short-settings.js';
import { WatchedList } from './scenarios/watched-list.js';

const brokerNames = ['broker-a', 'broker-b'] as const;
const queuesOfEach = 2;
const shardingKeys = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
const limits = { timeoutMs: 60_000 };

/** A name server that knows strict order, and two brokers, whoever wrote them. */
interface TwoBrokers {
  readonly nameServers: string;
  /** Without a farewell, where the broker is a process. */
  endSecond(): Promise<void>;
  startSecond(): Promise<void>;
  stop(): Promise<void>;
}

const twoPorts = async (): Promise<readonly [number, number]> => [await freeListenPort(), await freeListenPort()];

async function startOurs(folder: string): Promise<TwoBrokers> {
  const nameServer = new NameServer({ config: { listenPort: 0, orderMessageEnable: true } });
  await nameServer.start();
  const ports = await twoPorts();
  const start = async (at: 0 | 1) => {
    const brokerName = brokerNames[at];
    const broker = ourBroker(join(folder, brokerName), { brokerName, namesrvAddr: nameServer.address, listenPort: ports[at] });
    await broker.start();
    return broker;
  };
  const first = await start(0);
  let second = await start(1);
  return {
    nameServers: nameServer.address,
    endSecond: () => second.stop(1000),
    async startSecond() {
      second = await start(1);
    },
    async stop() {
      await Promise.all([first.stop(1000), second.stop(1000)]);
      await nameServer.stop(1000);
    },
  };
}

async function startApache(folder: string): Promise<TwoBrokers> {
  const version = '5.5.0';
  const nameServer = await startJavaNameServer({ version, conf: { orderMessageEnable: true } });
  const ports = await twoPorts();
  const start = (at: 0 | 1): Promise<JavaServer> =>
    startJavaBroker({
      ...{ version, nameServers: nameServer.address, port: ports[at], storeFolder: join(folder, brokerNames[at]) },
      conf: { brokerName: brokerNames[at], mappedFileSizeCommitLog: 16 * 1024 * 1024 },
    });
  const [first, started] = await Promise.all([start(0), start(1)]);
  let second = started;
  return {
    nameServers: nameServer.address,
    endSecond: () => second.kill(),
    async startSecond() {
      second = await start(1);
    },
    stop: async () => void (await Promise.all([first.kill(), second.kill(), nameServer.kill()])),
  };
}

const placeOf = ({ queue }: ReceivedMessage): string => `${queue.brokerName} ${queue.queueId}`;
const numberOf = ({ keys }: ReceivedMessage): number => Number(keys.join('').split('-').pop());

/** One message for each key; the n-th round has the numbers from 8 n. @returns for each key whether it was taken */
async function sendRound(party: Party, topic: string, round: number): Promise<readonly boolean[]> {
  const taken: boolean[] = [];
  for (const at of shardingKeys.keys()) {
    const sending = party.send({ topic, prefix: 'm', first: round * shardingKeys.length + at, shardingKeys });
    taken.push(
      await sending.then(
        () => true,
        () => false,
      ),
    );
  }
  return taken;
}

describe.each([
  ['our brokers', startOurs],
  ['Apache 5.5.0', startApache],
])('strict order with %s', (_, start) => {
  const folder = mkdtempSync(join(tmpdir(), 'rocketmq-strict-'));
  let cluster: TwoBrokers;
  let client: ClientInstance;
  let java: JavaDriver;
  let parties: readonly Party[];

  beforeAll(async () => {
    cluster = await start(folder);
    client = new ClientInstance({ namesrvAddr: cluster.nameServers, ...ourClientSettings });
    await client.start();
    java = await JavaDriver.start('5.5.0', cluster.nameServers, javaClientProperties);
    const named = (what: string) => what;
    parties = [
      new OurParty({ named, client: () => Promise.resolve(client), folder: () => folder }),
      new JavaParty({ named, driver: java, onEnd: () => undefined }),
    ];
  }, 240_000);

  afterAll(async () => {
    await Promise.all([client.shutdown(), java.stop()]);
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 240_000);

  const routeTo = (topic: string, brokers: number) =>
    eventually(
      `${topic} at ${brokers} brokers`,
      () => client.admin().topics.route(topic),
      (route) => route?.queueDatas.length === brokers,
    );

  const created = async (topic: string): Promise<string> => {
    const settings = { topic, readQueueNums: queuesOfEach, writeQueueNums: queuesOfEach };
    await client.admin().topics.createOrUpdate(settings, 'all', limits);
    await routeTo(topic, brokerNames.length);
    return topic;
  };

  /** All messages of the topic, read by a group that is new. */
  const everything = async (topic: string, group: string, numbers: readonly number[]): Promise<readonly ReceivedMessage[]> => {
    const list = new WatchedList<ReceivedMessage>(`messages of ${topic}`);
    const consumer = client.pushConsumer({
      ...{ ...ourConsumerSettings, group, subscriptions: new Map([[topic, '*']]) },
      ...{ consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET', onMessage: (message) => list.add(message) },
    });
    await consumer.start();
    await list.until(`the numbers ${numbers.join(' ')}`, (items) => {
      const seen = new Set(items.map(numberOf));
      return numbers.every((number) => seen.has(number));
    });
    await consumer.shutdown();
    return list.items;
  };

  it('fails what belongs to a broker that is away, moves nothing to the other one, and goes on when it is back', async () => {
    const { orderConf } = client.admin();
    const all = shardingKeys.map(() => true);
    const cases = [];
    for (const party of parties) {
      const strict = await created(`strict-${party.kind}`);
      const loose = await created(`loose-${party.kind}`);
      await orderConf.set(strict, new Map(brokerNames.map((name) => [name, queuesOfEach])));
      expect(await sendRound(party, strict, 0)).toEqual(all);
      expect(await sendRound(party, loose, 0)).toEqual(all);
      const first = await everything(strict, `first-${party.kind}`, [...shardingKeys.keys()]);
      const places = shardingKeys.map((_key, at) => placeOf(first.find((message) => numberOf(message) === at)!));
      cases.push({ party, strict, loose, places });
    }
    await cluster.endSecond();
    const expected = cases.map(({ places }) => places.map((place) => place.startsWith(brokerNames[0])));
    for (const [at, { party, strict, loose }] of cases.entries()) {
      await routeTo(strict, 1);
      // Where nothing is said about the order, keys move as soon as the client has heard of it.
      await eventually(
        'every key at the broker that is left',
        () => sendRound(party, loose, 1),
        (taken) => taken.every(Boolean),
      );
      expect(await sendRound(party, strict, 1)).toEqual(expected[at]);
      expect(new Set(expected[at])).toEqual(new Set([true, false]));
    }
    await cluster.startSecond();
    for (const [at, { party, strict, places }] of cases.entries()) {
      await routeTo(strict, brokerNames.length);
      await eventually(
        'every key at its own broker',
        () => sendRound(party, strict, 2),
        (taken) => taken.every(Boolean),
      );
      const numbers = [0, 1, 2].flatMap((round) =>
        shardingKeys.flatMap((_key, key) => (round === 1 && !expected[at]?.[key] ? [] : [round * shardingKeys.length + key])),
      );
      const seen = await everything(strict, `last-${party.kind}`, numbers);
      for (const [key, place] of places.entries()) {
        const own = seen.filter((message) => numberOf(message) % shardingKeys.length === key);
        expect([...new Set(own.map(placeOf))]).toEqual([place]);
        const inOrder = own.sort((a, b) => a.queueOffset - b.queueOffset).map(numberOf);
        expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
      }
    }
  }, 240_000);
});
