import { ClientInstance } from '../../src/client/index.js';
import { eventually } from '../../testing/eventually.js';
import { JavaTools } from '../../testing/java-tools.js';
import { apacheServers, type Cluster, type ClusterKind, servers } from './clusters.js';

const startMs = 240_000;
const topic = 'parity';
const group = 'parity-group';
const late = 'parity-late';
const copy = 'parity-copy';
const producers = 'parity-producers';

/** A cluster in the state that the commands are to show, the same for both. */
class Side {
  /** Of the messages, in the order of the sends. */
  readonly ids: { readonly messageId: string; readonly offsetMessageId: string }[] = [];
  /** What `statsAll` says of the topic. */
  figures: readonly string[] = [];

  private constructor(
    readonly cluster: Cluster,
    readonly tools: JavaTools,
    readonly client: ClientInstance,
  ) {}

  static async start(kind: ClusterKind): Promise<Side> {
    const cluster = await kind.start();
    const tools = await JavaTools.start('5.5.0', cluster.nameServers);
    const client = new ClientInstance({ namesrvAddr: cluster.nameServers, instanceName: 'parity' });
    await client.start();
    return new Side(cluster, tools, client);
  }

  async mqadmin(...args: readonly string[]): Promise<string[]> {
    const { brokerAddress } = this.cluster;
    const [first] = this.ids;
    const known = args.map((word) =>
      word
        .replace('BROKER', brokerAddress)
        .replace('CLIENT', this.client.clientId)
        .replace('UNIQUE', first?.messageId ?? '')
        .replace('OFFSET', first?.offsetMessageId ?? ''),
    );
    return normalised(await this.tools.run(...known), this);
  }

  async stop(): Promise<void> {
    await this.client.shutdown(1000);
    await this.tools.stop();
    await this.cluster.stop();
  }

  async fill(): Promise<void> {
    const admin = this.client.admin();
    await admin.topics.createOrUpdate({ topic, readQueueNums: 4, writeQueueNums: 2 });
    for (const groupName of [group, late, copy]) await admin.groups.createOrUpdate({ groupName, retryMaxTimes: 5 });
    await eventually(
      'the route',
      () => admin.topics.route(topic),
      (route) => route !== undefined,
    );
    const consumers = [group, late].map((name) =>
      this.client.pushConsumer({
        ...{ group: name, subscriptions: new Map([[topic, 'A || B']]), persistConsumerOffsetIntervalMs: 100 },
        onMessage: () => undefined,
      }),
    );
    await Promise.all(consumers.map((consumer) => consumer.start()));
    const producer = this.client.producer({ group: producers });
    await producer.start();
    for (let i = 0; i < 6; i += 1) {
      const queue = { topic, brokerName: 'broker-a', queueId: i % 2 };
      const message = { topic, body: Buffer.from(`message ${i}`), tags: i % 3 === 0 ? 'A' : 'B', keys: [`key-${i % 2}`, `only-${i}`] };
      this.ids.push(await producer.send(message, { queue }));
    }
    for (const name of [group, late]) {
      for (const queueId of [0, 1]) {
        await eventually(
          `the offset of ${name}`,
          () => admin.offsets.consumerOffset(name, { topic, brokerName: 'broker-a', queueId }),
          (offset) => offset === 3,
        );
      }
    }
    // Brokers count into their windows every ten seconds, and what is a minute old is gone from the smallest: neither side waits for the other.
    this.figures = await eventually(
      'the messages of a day',
      () => this.mqadmin('statsAll', '-t', topic),
      (lines) => lines.filter((line) => / 6 6$/.test(line)).length === 2,
    );
    await consumers[1]?.shutdown();
    await eventually(
      'the late group offline',
      () => admin.groups.connections(late, this.cluster.brokerAddress),
      (connections) => connections === undefined,
    );
  }
}

/** What a client logs of a heartbeat that met a connection before it was ready. It tries again. */
const failedHeartbeat =
  /^org\.apache\.rocketmq\.remoting\.exception\.RemotingSendRequestException.*\n(\s+at .*\n)*\s+at .*sendHeartbeat.*\n((\s+at |\s*\.\.\. |Caused by: .*RemotingSendRequest).*\n)*/gm;

/** Without what two runs of one cluster would print differently. */
function normalised(printed: string, { cluster, client }: Side): string[] {
  return (
    printed
      .replaceAll(failedHeartbeat, '')
      .replaceAll(cluster.brokerAddress, '<broker>')
      .replaceAll(cluster.nameServers, '<name servers>')
      .replaceAll(client.clientId, '<client>')
      .replaceAll(/127\.0\.0\.1:\d+/g, '<address>')
      .replaceAll(/\d{4}-\d\d-\d\d[ #]\d\d:\d\d:\d\d([,:]\d{3})?/g, '<time>')
      .replaceAll(/\b1[5-9]\d{11}\b/g, '<time>')
      .replaceAll(/\b20\d{15}\b/g, '<time>')
      .replaceAll(/\b\d+\.\d+\b/g, '<figure>')
      .replaceAll(/\b[0-9A-F]{32}\b/g, '<id>')
      // Its offsets in the topics of transactions appear when the broker looks there for the first time.
      .replaceAll('CID_RMQ_SYS_TRANS', '')
      .split('\n')
      .map((line) => line.trim().replaceAll(/\s+/g, ' '))
      // Where to read more, in the words of the server or of the client.
      .filter((line) => line !== '' && !/ WARN |^log4j|^SLF4J|06FAQ/.test(line))
      // Our broker answers 0 for a retry queue that is empty, so that the group may have committed it; Apache's knows no offset there.
      .filter((line) => !/^%RETRY%\S+ broker-a 0 0 0 0 0 N\/A$/.test(line))
      // For the same reason a client has an offset of every empty queue at once on ours, on Apache's only when its first pull has come back.
      .map((line) => line.replace(/(?<= broker-a \d+ )-1$/, '0').replace('commitOffset=-1', 'commitOffset=0'))
      .sort()
  );
}

/** Limits that a Java broker has elsewhere, or not at all; see docs/compat.md. */
const settingsOfOursAlone =
  /^(allowAnonymous|namesrvEndpoint|updateBrokerConfigEnable|rebalanceLockMaxLiveTime|pullHeldMax|(connection|server)\w+Max)$/;
/** Places and addresses, what the test sets for Apache's, pools of threads, of which ours has none, and that ours keeps what has not expired. */
const settingsThatDiffer =
  /^(cleanFileForciblyEnable|listenPort|haListenPort|brokerIP[12]|storePath\w+|brokerFastFailureEnable|osPageCacheBusyTimeOutMills|\w+ThreadPoolNums)$/;

const [ourServer] = servers;
const [apacheServer] = apacheServers;

describe('mqadmin on our cluster and on Apache’s in the same state', () => {
  let ours: Side;
  let apache: Side;

  beforeAll(async () => {
    if (ourServer === undefined || apacheServer === undefined) throw new Error('no servers');
    [ours, apache] = await Promise.all([Side.start(ourServer), Side.start(apacheServer)]);
    await Promise.all([ours.fill(), apache.fill()]);
  }, startMs);
  afterAll(() => Promise.all([ours.stop(), apache.stop()]), startMs);

  it('statsAll -t parity', () => {
    expect(ours.figures).toEqual(apache.figures);
  });

  it.each([
    ['topicRoute', '-t', topic],
    ['topicStatus', '-t', topic],
    ['topicClusterList', '-t', topic],
    ['topicList', '-c', 'DefaultCluster'],
    ['consumerProgress', '-g', group],
    ['consumerProgress', '-g', late],
    ['consumerConnection', '-g', group],
    ['consumerConnection', '-g', late],
    ['producerConnection', '-g', producers, '-t', topic],
    ['producer', '-b', 'BROKER'],
    ['consumerStatus', '-g', group, '-i', 'CLIENT'],
    ['getConsumerConfig', '-g', group],
    ['brokerConsumeStats', '-b', 'BROKER'],
    ['cloneGroupOffset', '-s', group, '-d', copy, '-t', topic],
    ['resetOffsetByTime', '-g', late, '-t', topic, '-s', '0'],
    ['consumerProgress', '-g', late],
    ['updateTopicPerm', '-c', 'DefaultCluster', '-t', topic, '-p', '4'],
    ['updateTopic', '-b', 'BROKER', '-t', 'parity-new', '-r', '3', '-w', '2', '-p', '6', '-a', '+message.type=FIFO'],
    ['updateSubGroup', '-b', 'BROKER', '-g', 'parity-made', '-q', '2', '-r', '4'],
    ['deleteSubGroup', '-b', 'BROKER', '-g', 'parity-made'],
    ['queryMsgByKey', '-t', topic, '-k', 'key-1'],
    ['queryMsgByKey', '-t', topic, '-k', 'only-3', '-m', '1'],
    ['queryMsgByKey', '-t', topic, '-k', 'A', '-p', 'T'],
    ['queryMsgByKey', '-t', topic, '-k', 'no such key'],
    ['queryMsgByKey', '-t', topic, '-k', 'key-0', '-c', 'DefaultCluster', '-b', '0', '-e', '99999999999999'],
    ['queryMsgByKey', '-t', topic, '-k', 'key-0', '-b', '0', '-e', '1000'],
    ['queryMsgByUniqueKey', '-t', topic, '-i', 'UNIQUE'],
    ['queryMsgById', '-t', topic, '-i', 'OFFSET'],
    ['queryMsgById', '-t', topic, '-i', 'OFFSET', '-f', 'UTF-8'],
    ['queryMsgByOffset', '-t', topic, '-b', 'broker-a', '-i', '0', '-o', '1'],
    ['queryMsgByOffset', '-t', topic, '-b', 'broker-a', '-i', '1', '-o', '2', '-f', 'UTF-8'],
    ['printMsg', '-t', topic, '-d', 'true'],
    ['printMsg', '-t', topic, '-s', 'A', '-d', 'true'],
    ['printMsgByQueue', '-t', topic, '-a', 'broker-a', '-i', '1', '-p', 'true', '-d', 'true', '-f', 'true'],
    ['queryCq', '-t', topic, '-q', '0', '-i', '1', '-c', '1', '-b', 'BROKER'],
    ['queryCq', '-t', topic, '-q', '1', '-i', '0', '-c', '10', '-b', 'BROKER', '-g', group],
    ['queryCq', '-t', topic, '-q', '0', '-i', '2', '-c', '10'],
    ['cleanExpiredCQ', '-b', 'BROKER'],
    ['deleteExpiredCommitLog', '-b', 'BROKER'],
    ['cleanUnusedTopic', '-b', 'BROKER'],
    // Nothing of the messages is gone by what has been cleaned.
    ['queryMsgByKey', '-t', topic, '-k', 'key-1'],
  ] as const)(
    '%s %s %s',
    async (...args) => {
      const [mine, theirs] = await Promise.all([ours.mqadmin(...args), apache.mqadmin(...args)]);
      expect(mine.length).toBeGreaterThan(0);
      // Equal failures would prove nothing; those that are wanted say that nobody is online, and that there is no such message.
      const text = mine.join('\n');
      if (!/CODE: 20[68]/.test(text)) expect(text).not.toMatch(/Caused by|usage:/);
      expect(mine).toEqual(theirs);
    },
    60_000,
  );

  it('getBrokerConfig -b BROKER', async () => {
    const [mine, theirs] = await Promise.all([settingsOf(ours), settingsOf(apache)]);
    const own = [...mine.keys()].filter((key) => !theirs.has(key));
    expect(own.filter((key) => !settingsOfOursAlone.test(key))).toEqual([]);
    const different = [...mine.keys()].filter((key) => theirs.has(key) && theirs.get(key) !== mine.get(key));
    expect(different.filter((key) => !settingsThatDiffer.test(key))).toEqual([]);
    expect(mine.size).toBeGreaterThan(80);
  }, 60_000);
});

async function settingsOf(side: Side): Promise<Map<string, string>> {
  const lines = await side.mqadmin('getBrokerConfig', '-b', 'BROKER');
  const settings = new Map<string, string>();
  for (const line of lines) {
    const [, key, value = ''] = /^(\S+) =(?: (.*))?$/.exec(line) ?? [];
    if (key !== undefined) settings.set(key, value);
  }
  return settings;
}
