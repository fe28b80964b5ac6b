import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientInstance, type ReceivedMessage, type TransactionState } from '../../src/client/index.js';
import { NameServer } from '../../src/namesrv/index.js';
import { eventually } from '../../testing/eventually.js';
import { freeListenPort } from '../../testing/free-ports.js';
import { startJavaBroker } from '../../testing/java-cluster.js';
import { isLong, ourBroker } from './clusters.js';

type Side = 'ours' | 'Apache';

const TOPIC = 'handed-over';
const sizes = { mappedFileSizeCommitLog: 256 * 1024, mappedFileSizeConsumeQueue: 20 * 100, maxMessageSize: 128 * 1024 };
/** Nobody is asked. */
const patient = { transactionTimeOut: 3_600_000, transactionOpBatchInterval: 100, flushConsumerOffsetInterval: 200 };
/** The producer answers a check when its table says so, however long a busy machine takes. */
const curious = {
  transactionCheckMax: 10_000,
  transactionTimeOut: 500,
  transactionCheckInterval: 500,
  transactionOpBatchInterval: 100,
  flushConsumerOffsetInterval: 200,
};

const versions = isLong ? ['5.5.0', '5.3.3'] : ['5.5.0'];

describe.each(versions)('open transactions of a store shared with Apache %s', (version) => {
  let nameServer: NameServer;
  let client: ClientInstance;
  let port: number;
  let store: string;
  const verdicts = new Map<string, TransactionState>();
  const asked: string[] = [];
  const seen: string[] = [];

  beforeAll(async () => {
    nameServer = new NameServer({ config: { listenPort: 0 } });
    await nameServer.start();
    port = await freeListenPort();
  });
  afterAll(() => nameServer.stop(1000));

  beforeEach(async () => {
    store = mkdtempSync(join(tmpdir(), 'rocketmq-store-'));
    for (const list of [asked, seen]) list.length = 0;
    verdicts.clear();
    client = new ClientInstance({ namesrvAddr: nameServer.address, pollNameServerIntervalMs: 500, heartbeatBrokerIntervalMs: 500 });
    await client.start();
  });
  afterEach(async () => {
    await client.shutdown(1000);
    rmSync(store, { recursive: true, force: true });
  });

  const withBroker = async (side: Side, conf: typeof patient | typeof curious, work: () => Promise<void>): Promise<void> => {
    const settings = { ...sizes, ...conf };
    if (side === 'Apache') {
      const broker = await startJavaBroker({ version, nameServers: nameServer.address, port, storeFolder: store, conf: settings });
      await work().finally(() => broker.stop());
    } else {
      const broker = ourBroker(store, { ...settings, namesrvAddr: nameServer.address, listenPort: port });
      await broker.start();
      await work().finally(() => broker.stop(5000));
    }
  };

  const rounds: { readonly first: Side; readonly second: Side }[] = [
    { first: 'ours', second: 'Apache' },
    { first: 'Apache', second: 'ours' },
  ];

  it.each(rounds)(
    'are begun under $first, decided under $second, and settled for $first',
    async ({ first, second }) => {
      const producer = client.transactionProducer({
        ...{ group: 'heirs', topics: [TOPIC], sendMsgTimeoutMs: 20_000, retryTimesWhenSendFailed: 20 },
        listeners: {
          scripted: {
            executeLocalTransaction: (_, state: TransactionState) => state,
            checkLocalTransaction: ({ keys: [key = ''] }) => {
              asked.push(key);
              return verdicts.get(key) ?? 'unknown';
            },
          },
        },
      });
      const consumer = client.pushConsumer({
        group: 'readers',
        subscriptions: new Map([[TOPIC, '*']]),
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        onMessage: ({ keys: [key = ''] }: ReceivedMessage) => void seen.push(key),
      });
      const send = (key: string, state: TransactionState) => producer.sendInTransaction({ topic: TOPIC, body: key, keys: key }, state);
      const holds = (what: string, check: () => boolean) => eventually(what, () => Promise.resolve(check()), Boolean);

      await withBroker(first, patient, async () => {
        await producer.start();
        await send('committed', 'commit');
        await send('rolled back', 'rollback');
        for (const key of ['kept', 'dropped', 'later']) await send(key, 'unknown');
        await consumer.start();
        await holds('the committed message', () => seen.includes('committed'));
      });
      expect(asked).toEqual([]);

      verdicts.set('kept', 'commit').set('dropped', 'rollback');
      await withBroker(second, curious, async () => {
        await holds('the message that was decided', () => seen.includes('kept'));
        // It asks in the order of the halves: when it passes over what was decided, that is written.
        await holds('questions about the rest', () => asked.includes('dropped') && asked.slice(-2).every((key) => key === 'later'));
      });
      expect(asked).not.toContain('committed');
      expect(asked).not.toContain('rolled back');

      // What the second one has ended stays ended; what is open is asked for again.
      asked.length = 0;
      verdicts.set('later', 'commit');
      await withBroker(first, curious, async () => {
        await holds('the message that was decided last', () => seen.includes('later'));
      });
      expect(new Set(asked)).toEqual(new Set(['later']));
      expect(new Set(seen)).toEqual(new Set(['committed', 'kept', 'later']));
      await producer.shutdown();
    },
    240_000,
  );
});
