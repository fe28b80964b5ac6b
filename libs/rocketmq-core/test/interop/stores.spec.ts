import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Broker } from '../../src/broker/index.js';
import { NameServer } from '../../src/namesrv/index.js';
import { freeListenPort } from '../../testing/free-ports.js';
import { eventually } from '../../testing/eventually.js';
import { startJavaBroker } from '../../testing/java-cluster.js';
import type { JavaMessage } from '../../testing/java-driver-lines.js';
import { JavaDriver } from '../../testing/java-driver.js';
import { JavaTools } from '../../testing/java-tools.js';
import { storeFindings } from '../../testing/store-findings.js';
import { BrokerProcess } from '../crash-process/broker-process.js';
import { compileCore } from '../crash-process/compiled-core.js';
import { isLong, ourBroker, ourConf } from './clusters.js';

// Small files, so that a store has several of each.
const sizes = { mappedFileSizeCommitLog: 256 * 1024, mappedFileSizeConsumeQueue: 20 * 100, maxMessageSize: 128 * 1024 };
const topics = ['first', 'second', 'third'] as const;
/** The driver pulls as this group, so both brokers know it. */
const committed = { group: 'asking', topic: 'first', queueId: 1 } as const;

/** What of a message must be the same whoever reads it. */
const facts = ({
  topic,
  queueId,
  queueOffset,
  msgId,
  keys,
  tags,
  bodyMd5,
  bodyLength,
  properties,
  commitLogOffset,
  sysFlag,
  bornTimestamp,
  storeTimestamp,
}: JavaMessage) => ({
  ...{ topic, queueId, queueOffset, msgId, keys, tags, bodyMd5, bodyLength, commitLogOffset, sysFlag, bornTimestamp, storeTimestamp },
  // The client adds what the pull answer said of the queue.
  properties: Object.fromEntries(Object.entries(properties).filter(([name]) => name !== 'MIN_OFFSET' && name !== 'MAX_OFFSET')),
});
const inOrder = (a: JavaMessage, b: JavaMessage): number =>
  a.topic.localeCompare(b.topic) || a.queueId - b.queueId || a.queueOffset - b.queueOffset;

type Side = 'ours' | 'Apache';
type End = 'stop' | 'kill';

/** After a kill Apache removes the index files that are younger than the checkpoint, and builds again what it reads of the log: the last keys at least. */
const knownAfter = (end: End, side: Side, keys: readonly string[]) => (side === 'Apache' && end === 'kill' ? keys.slice(-1) : keys);

/** Ends in the way it was opened for. */
interface Running {
  end(): Promise<void>;
}

const versions = isLong ? ['5.5.0', '5.3.3'] : ['5.5.0'];

describe.each(versions)('a store shared with Apache %s', (version) => {
  let nameServer: NameServer;
  let driver: JavaDriver;
  let tools: JavaTools;
  let port: number;
  let store: string;
  let compiled: string;
  const running = new Set<Running>();

  beforeAll(async () => {
    compiled = mkdtempSync(join(tmpdir(), 'rocketmq-compiled-'));
    await compileCore(compiled);
    nameServer = new NameServer({ config: { listenPort: 0 } });
    await nameServer.start();
    // One port for both sides, so that the client meets the same broker again.
    port = await freeListenPort();
    driver = await JavaDriver.start(version, nameServer.address);
    tools = await JavaTools.start('5.5.0', nameServer.address);
    await driver.producer({ name: 'p', retries: 20, timeoutMs: 20_000, compressOver: 10_000 });
  }, 240_000);

  afterAll(async () => {
    await Promise.all([driver.stop(), tools.stop()]);
    await nameServer.stop(1000);
    rmSync(compiled, { recursive: true, force: true });
  }, 240_000);

  beforeEach(() => {
    store = mkdtempSync(join(tmpdir(), 'rocketmq-store-'));
  });

  afterEach(async () => {
    await Promise.all([...running].map((broker) => broker.end()));
    running.clear();
    rmSync(store, { recursive: true, force: true });
  }, 240_000);

  const openOurs = async (end: End): Promise<Running> => {
    const conf = { ...sizes, namesrvAddr: nameServer.address, listenPort: port };
    if (end === 'stop') {
      const broker = ourBroker(store, conf);
      await broker.start();
      return { end: () => broker.stop(5000) };
    }
    const broker = new BrokerProcess(compiled, ourConf(store, conf));
    await broker.ready();
    return {
      end: async () => {
        broker.kill();
        await broker.end();
      },
    };
  };
  const openApache = async (end: End): Promise<Running> => {
    const broker = await startJavaBroker({ version, nameServers: nameServer.address, port, storeFolder: store, conf: sizes });
    return { end: () => broker[end]() };
  };
  const open = async (side: Side, end: End): Promise<Running> => {
    const broker = side === 'ours' ? await openOurs(end) : await openApache(end);
    running.add(broker);
    return broker;
  };
  const close = async (broker: Running): Promise<void> => {
    running.delete(broker);
    await broker.end();
  };

  /** Some hundred messages of several sizes; answers the keys that were acknowledged. */
  const write = async (prefix: string): Promise<string[]> => {
    const sent: string[] = [];
    for (const [at, topic] of topics.entries()) {
      const common = { name: 'p', topic, tags: 'A,B', properties: { colour: 'grün' } };
      const batches = [
        await driver.send({ ...common, prefix: `${prefix}-${topic}-async`, mode: 'async', count: 150, size: 1500 + at }),
        await driver.send({ ...common, prefix: `${prefix}-${topic}-big`, mode: 'sync', count: 3, size: 60_000 }),
        await driver.send({ ...common, prefix: `${prefix}-${topic}-sync`, mode: 'selector', queueId: 1, count: 150 }),
      ];
      for (const { failures, results } of batches) {
        expect(failures).toEqual([]);
        sent.push(...results.map(({ keys }) => keys));
      }
      await driver.routed(topic);
    }
    return sent;
  };
  /** Asked until there are as many as were sent: both sides build their queues from the log after the answer, and again after a restart. */
  const readAll = (sent: readonly string[]): Promise<JavaMessage[]> =>
    eventually(
      `${sent.length} messages in the queues`,
      async () => {
        const all: JavaMessage[] = [];
        for (const topic of topics) {
          await driver.routed(topic);
          all.push(...(await driver.pull({ topic })));
        }
        return all.sort(inOrder);
      },
      ({ length }) => length >= sent.length,
    );
  /** A client that loses its connection sends what was under way once more: one message may lie there twice, under one id. */
  const keysIn = (messages: readonly JavaMessage[]): string[] => {
    const byId = new Map(messages.map(({ msgId, keys = '' }) => [msgId, keys]));
    return [...byId.values()].sort();
  };
  /** The index is built after the answer, as the queues are. */
  const expectFound = async (keys: readonly string[]): Promise<void> => {
    const some = [keys[0], keys[Math.floor(keys.length / 2)], keys.at(-1)].map((key = '') => key);
    for (const key of some) {
      await eventually(
        `a message with the key ${key}`,
        () => tools.run('queryMsgByKey', '-t', key.split('-')[1] ?? '', '-k', key).catch(String),
        (printed) => printed.includes(`@K@${key}@`),
      );
    }
  };
  const segments = (folder: string): number => readdirSync(join(store, folder)).length;

  const rounds: { first: Side; second: Side; end: End }[] = [
    { first: 'ours', second: 'Apache', end: 'stop' },
    { first: 'Apache', second: 'ours', end: 'stop' },
    { first: 'ours', second: 'Apache', end: 'kill' },
    { first: 'Apache', second: 'ours', end: 'kill' },
  ];

  it.each(rounds)(
    'is written by $first, read completely and continued by $second, and read again by $first ($end)',
    async ({ first, second, end }) => {
      const writer = await open(first, end);
      const sent = await write('one');
      const written = await readAll(sent);
      expect(keysIn(written)).toEqual([...sent].sort());
      await expectFound(sent);
      await driver.commit({ ...committed, offset: 77 });
      await close(writer);
      expect(segments('commitlog')).toBeGreaterThan(3);
      expect(segments('consumequeue/first/1')).toBeGreaterThan(1);
      expect(existsSync(join(store, 'abort'))).toBe(end === 'kill');
      if (end === 'stop') expect(storeFindings(store)).toEqual([]);

      const reader = await open(second, end);
      expect((await readAll(sent)).map(facts)).toEqual(written.map(facts));
      await expectFound(knownAfter(end, second, sent));
      const more = await write('two');
      await expectFound(more);
      sent.push(...more);
      const continued = await readAll(sent);
      expect(keysIn(continued)).toEqual([...sent].sort());
      await close(reader);
      if (end === 'stop') expect(storeFindings(store)).toEqual([]);

      const again = await open(first, 'kill');
      expect((await readAll(sent)).map(facts)).toEqual(continued.map(facts));
      await expectFound(knownAfter(end, first, sent));
      await close(again);
    },
    240_000,
  );

  it('is refused by each side while the other has it open', async () => {
    const apache = await open('Apache', 'kill');
    const refused: Broker = ourBroker(store, { ...sizes, listenPort: 0, namesrvAddr: '' });
    await expect(refused.start()).rejects.toMatchObject({
      name: 'OperationFailed',
      message: expect.stringMatching(/lock|in use/i) as string,
    });
    await close(apache);

    const ours = ourBroker(store, { ...sizes, listenPort: 0, namesrvAddr: nameServer.address });
    await ours.start();
    await expect(startJavaBroker({ version, nameServers: nameServer.address, storeFolder: store, conf: sizes })).rejects.toThrow(
      /Lock failed,\s*MQ already started/,
    );
    await ours.stop(1000);
  }, 240_000);
});
