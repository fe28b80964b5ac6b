import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deferred } from '../../src/base/index.js';
import { ClientInstance, type Clock, type PushConsumerOptions, type Timer } from '../../src/client/index.js';
import { SystemClock } from '../../src/runtime/index.js';
import { Cluster, eventually } from './cluster.js';

/** Real time that knows how many timers wait. */
class CountingClock implements Clock {
  private readonly clock = new SystemClock();
  pending = 0;

  now = () => this.clock.now();
  monotonic = () => this.clock.monotonic();
  nextTurn = (callback: () => void) => this.clock.nextTurn(callback);

  after(delayMs: number, callback: () => void): Timer {
    let waiting = true;
    const settle = () => {
      if (waiting) this.pending -= 1;
      waiting = false;
    };
    this.pending += 1;
    const timer = this.clock.after(delayMs, () => {
      settle();
      callback();
    });
    return {
      cancel: () => {
        settle();
        timer.cancel();
      },
    };
  }
}

/** Sockets, servers and timers of the process, by kind. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}
const sockets = () => resources().get('TCPSocketWrap') ?? 0;

interface Member {
  readonly start: () => Promise<unknown>;
  readonly shutdown: (deadlineMs?: number) => Promise<void>;
  /** Refused once the member is shut down. */
  readonly use: () => Promise<unknown>;
}

const topics = new Map([['T', '*']]);
const queue = { topic: 'T', brokerName: 'broker-a', queueId: 0 };

const local = mkdtempSync(join(tmpdir(), 'rocketmq-shutdown-'));

function pushing(client: ClientInstance, options: Partial<PushConsumerOptions>): Member {
  const consumer = client.pushConsumer({ group: 'C', subscriptions: topics, onMessage: () => undefined, ...options });
  const use = () => (consumer.state === 'stopped' ? consumer.start() : Promise.resolve());
  return { start: () => consumer.start(), shutdown: (deadlineMs) => consumer.shutdown(deadlineMs), use };
}

const kinds: Readonly<Record<string, (client: ClientInstance) => Member>> = {
  producer: (client) => {
    const producer = client.producer({ group: 'P' });
    return { start: () => producer.start(), shutdown: (ms) => producer.shutdown(ms), use: () => producer.send({ topic: 'T', body: 'x' }) };
  },
  'transaction producer': (client) => {
    const producer = client.transactionProducer({
      group: 'TP',
      listeners: { known: { executeLocalTransaction: () => 'commit', checkLocalTransaction: () => 'commit' } },
    });
    return { start: () => producer.start(), shutdown: (ms) => producer.shutdown(ms), use: () => producer.send({ topic: 'T', body: 'x' }) };
  },
  'concurrent consumer': (client) => pushing(client, {}),
  'orderly consumer': (client) => pushing(client, { orderly: true }),
  'broadcasting consumer': (client) => pushing(client, { messageModel: 'BROADCASTING', localOffsetStoreDir: local }),
  'lite pull consumer that subscribes': (client) => {
    const consumer = client.litePullConsumer({ group: 'L' });
    const start = async () => {
      await consumer.subscribe('T');
      await consumer.start();
    };
    return { start, shutdown: (ms) => consumer.shutdown(ms), use: () => consumer.poll(0) };
  },
  'lite pull consumer of assigned queues': (client) => {
    const consumer = client.litePullConsumer({ group: 'L' });
    const start = async () => {
      await consumer.assign([queue]);
      await consumer.start();
    };
    return { start, shutdown: (ms) => consumer.shutdown(ms), use: () => consumer.poll(0) };
  },
};

const needsNameServer = (kind: string) => !['producer', 'transaction producer', 'lite pull consumer of assigned queues'].includes(kind);

describe('shutdown', () => {
  afterAll(() => rmSync(local, { recursive: true, force: true }));

  it('leaves nothing of a process behind: no socket, no server, no timer', async () => {
    const before = resources();
    const cluster = await Cluster.start();
    const client = await cluster.client();
    await client.admin().topics.createOrUpdate({ topic: 'T' });
    const members = await Promise.all(Object.values(kinds).map(async (create, at) => ({ member: create(await cluster.client()), at })));
    await Promise.all(members.map(({ member }) => member.start()));
    await Promise.all(members.map(({ member }) => member.shutdown(1000)));
    await cluster.stop();
    await eventually(() =>
      ['TCPSocketWrap', 'TCPServerWrap', 'Timeout'].every((kind) => (resources().get(kind) ?? 0) <= (before.get(kind) ?? 0)),
    );
  }, 30_000);

  describe.each(Object.keys(kinds))('of a %s', (kind) => {
    let cluster: Cluster;
    const create = (client: ClientInstance): Member => kinds[kind]!(client);

    beforeAll(async () => {
      cluster = await Cluster.start();
      const client = await cluster.client();
      await client.admin().topics.createOrUpdate({ topic: 'T' });
      await client.shutdown(1000);
    });
    afterAll(() => cluster.stop());

    async function connected(namesrvAddr = cluster.namesrvAddr) {
      const clock = new CountingClock();
      const client = new ClientInstance({ namesrvAddr, clock });
      await client.start();
      return { clock, client, member: create(client) };
    }

    async function expectNothingLeft(
      { clock, client }: { readonly clock: CountingClock; readonly client: ClientInstance },
      socketsBefore: number,
    ) {
      await client.shutdown(1000);
      expect(clock.pending).toBe(0);
      await eventually(() => sockets() <= socketsBefore);
    }

    it('ends everything, once, however often it is asked for', async () => {
      const before = sockets();
      const own = await connected();
      await own.member.start();
      await own.member.use();
      await Promise.all([own.member.shutdown(1000), own.member.shutdown(1000)]);
      await own.member.shutdown();
      await expect(own.member.use()).rejects.toMatchObject({ reason: 'closed' });
      await expect(own.member.start()).rejects.toMatchObject({ reason: 'closed' });
      await expectNothingLeft(own, before);
    }, 30_000);

    it('comes with that of its client', async () => {
      const before = sockets();
      const own = await connected();
      await own.member.start();
      await expectNothingLeft(own, before);
      await expect(own.member.use()).rejects.toMatchObject({ reason: 'closed' });
    }, 30_000);

    it('is nothing to do before the start', async () => {
      const before = sockets();
      const own = await connected();
      await own.member.shutdown(1000);
      await expectNothingLeft(own, before);
    }, 30_000);

    it('during the start ends the start', async () => {
      const before = sockets();
      const own = await connected();
      const start = own.member.start().catch((error: unknown) => error);
      await own.member.shutdown(1000);
      expect(await start).toMatchObject({ reason: 'closed' });
      await expectNothingLeft(own, before);
    }, 30_000);

    it('after a start that failed leaves nothing either', async () => {
      const before = sockets();
      const own = await connected('127.0.0.1:1');
      const failed = await own.member.start().then(
        () => false,
        () => true,
      );
      expect(failed).toBe(needsNameServer(kind));
      await own.member.shutdown(1000);
      await expectNothingLeft(own, before);
    }, 30_000);

    it('concerns no other client of the process', async () => {
      const [one, other] = [await connected(), await connected()];
      await Promise.all([one.member.start(), other.member.start()]);
      await one.client.shutdown(1000);
      await other.member.use();
      await other.client.shutdown(1000);
      expect([one.clock.pending, other.clock.pending]).toEqual([0, 0]);
    }, 30_000);
  });

  describe.each([
    ['concurrent', {}],
    ['orderly', { orderly: true }],
  ] as const)('of a %s consumer whose listener runs', (_kind, options) => {
    let cluster: Cluster;
    beforeEach(async () => (cluster = await Cluster.start()));
    afterEach(() => cluster.stop());

    async function consume(onMessage: PushConsumerOptions['onMessage']) {
      const client = await cluster.client();
      await client.admin().topics.createOrUpdate({ topic: 'T', readQueueNums: 1, writeQueueNums: 1 });
      const producer = client.producer({ group: 'P' });
      await producer.start();
      await producer.send({ topic: 'T', body: 'x' });
      const consumer = client.pushConsumer({
        ...{ group: 'C', subscriptions: topics, consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET', onMessage, ...options },
      });
      await consumer.start();
      return { client, consumer, committed: () => client.admin().offsets.consumerOffset('C', queue) };
    }

    it('waits for it and commits what it consumed', async () => {
      const [begun, gate] = [deferred<void>(), deferred<void>()];
      const { consumer, committed } = await consume(() => {
        begun.resolve();
        return gate.promise;
      });
      await begun.promise;
      let ended = false;
      const shutdown = consumer.shutdown(20_000).then(() => (ended = true));
      await new Promise((resolve) => setImmediate(resolve));
      expect(ended).toBe(false);
      gate.resolve();
      await shutdown;
      expect(await committed()).toBe(1);
    }, 30_000);

    it('waits no longer than its deadline, tells the listener, and commits nothing that was not consumed', async () => {
      const begun = deferred<AbortSignal>();
      const { consumer, committed } = await consume((_message, { signal }) => {
        begun.resolve(signal);
        return new Promise<never>(() => undefined);
      });
      const signal = await begun.promise;
      await consumer.shutdown(50);
      expect(signal.aborted).toBe(true);
      expect(await committed()).toBe(0);
    }, 30_000);
  });
});
