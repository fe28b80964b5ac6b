import { FakeClock } from '../../testing/index.js';
import { ClientInstance, type ReceivedMessage } from '../../src/client/index.js';
import { SystemClock, type Clock, type Timer } from '../../src/runtime/index.js';
import { Cluster, Inbox } from './cluster.js';

/** The system clock, with the timers that have not run counted. */
class CountingClock implements Clock {
  private readonly system = new SystemClock();
  readonly open = new Set<Timer>();

  now = () => this.system.now();
  monotonic = () => this.system.monotonic();
  nextTurn = (callback: () => void) => this.system.nextTurn(callback);

  after(delayMs: number, callback: () => void): Timer {
    const inner = this.system.after(delayMs, () => {
      this.open.delete(timer);
      callback();
    });
    const timer: Timer = {
      cancel: () => {
        this.open.delete(timer);
        inner.cancel();
      },
    };
    this.open.add(timer);
    return timer;
  }
}

const socketsOf = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe('client life', () => {
  it('leaves no timer and no socket behind', async () => {
    const cluster = await Cluster.start();
    const before = socketsOf();
    const clock = new CountingClock();
    const client = await cluster.client({ clock });
    const producer = client.producer({ group: 'P' });
    await producer.start();
    const inbox = new Inbox<ReceivedMessage>();
    const subscriptions = new Map([
      ['T', '*'],
      ['Missing', '*'],
    ]);
    const consumer = client.pushConsumer({
      group: 'G',
      subscriptions,
      onMessage: (message) => {
        inbox.add(message);
        if (message.body.toString() === 'fails') throw new Error('fails');
      },
    });
    await consumer.start();
    await producer.send({ topic: 'T', body: 'x' });
    await producer.send({ topic: 'T', body: 'fails' });
    await inbox.until(2);
    expect(clock.open.size).toBeGreaterThan(0);
    await client.shutdown(1000);
    expect([...clock.open]).toEqual([]);
    // The server's ends of the connections go with a turn of the event loop of their own.
    while (socketsOf() > before) await new Promise((resolve) => setImmediate(resolve));
    await expect(producer.send({ topic: 'T', body: 'x' })).rejects.toMatchObject({
      name: 'SendFailed',
      reason: 'closed',
      outcome: 'failed',
    });
    expect(() => client.producer({ group: 'P' })).toThrow('shut down');
    await client.shutdown();
    await cluster.stop();
  });

  it('keeps several clients of different clusters apart', async () => {
    const [first, second] = [await Cluster.start(['a']), await Cluster.start(['b'])];
    const names: string[] = [];
    for (const cluster of [first, second]) {
      const producer = (await cluster.client()).producer({ group: 'P' });
      await producer.start();
      names.push((await producer.send({ topic: 'T', body: 'x' })).queue.brokerName);
    }
    expect(names).toEqual(['a', 'b']);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('needs its own start before that of its producers', async () => {
    const client = new ClientInstance({ namesrvAddr: '127.0.0.1:1', clock: new FakeClock() });
    const producer = client.producer({ group: 'P' });
    await expect(producer.start()).rejects.toMatchObject({ reason: 'closed' });
    await expect(producer.send({ topic: 'T', body: 'x' })).rejects.toMatchObject({ reason: 'closed' });
    await client.start();
    await producer.start();
    await client.shutdown();
  });

  it('is refused without a name server', () => {
    expect(() => new ClientInstance({ env: {} })).toThrow('NAMESRV_ADDR');
  });
});

describe('admin client', () => {
  let cluster: Cluster;
  let client: ClientInstance;
  beforeAll(async () => {
    cluster = await Cluster.start(['broker-a', 'broker-b']);
    client = await cluster.client();
  });
  afterAll(() => cluster.stop());

  it('creates, shows and deletes topics', async () => {
    const { topics } = client.admin();
    await topics.createOrUpdate({ topic: 'Made', readQueueNums: 3, writeQueueNums: 2 }, { brokerName: 'broker-a' });
    const { address } = cluster.broker('broker-a');
    expect(await topics.config('Made', address)).toMatchObject({ topicName: 'Made', readQueueNums: 3, writeQueueNums: 2, perm: 6 });
    expect(await topics.config('Made', cluster.broker('broker-b').address)).toBeUndefined();
    expect((await topics.configs(address)).get('Made')?.readQueueNums).toBe(3);
    expect((await topics.route('Made'))?.queueDatas).toMatchObject([{ brokerName: 'broker-a', readQueueNums: 3 }]);
    expect(await topics.list()).toContain('Made');
    await topics.delete('Made');
    expect([await topics.config('Made', address), await topics.route('Made')]).toEqual([undefined, undefined]);
    await expect(topics.createOrUpdate({ topic: 'a b' })).rejects.toMatchObject({ name: 'InvalidInput' });
    await expect(topics.createOrUpdate({ topic: 'X' }, { cluster: 'nowhere' })).rejects.toMatchObject({ reason: 'unavailable' });
  });

  it('creates, shows and deletes groups', async () => {
    const { groups } = client.admin();
    const { address } = cluster.broker('broker-a');
    await groups.createOrUpdate({ groupName: 'GG', retryMaxTimes: 3 });
    expect(await groups.config('GG', address)).toMatchObject({ groupName: 'GG', retryMaxTimes: 3, consumeEnable: true });
    expect((await groups.configs(address)).has('GG')).toBe(true);
    await groups.delete('GG');
    expect((await groups.configs(address)).has('GG')).toBe(false);
  });

  it('tells positions and progress', async () => {
    const producer = client.producer({ group: 'P' });
    await producer.start();
    const { queue } = await producer.send({ topic: 'T', body: '1' });
    await producer.send({ topic: 'T', body: '2' }, { queue });
    const { offsets, topics, groups } = client.admin();
    expect([await offsets.min(queue), await offsets.max(queue)]).toEqual([0, 2]);
    const stored = await offsets.earliestStoreTime(queue);
    expect(await offsets.search(queue, stored!)).toBe(0);
    expect(await offsets.search(queue, stored! + 3_600_000)).toBe(2);
    expect(
      (await topics.stats('T')).find(([one]) => one.queueId === queue.queueId && one.brokerName === queue.brokerName)?.[1].maxOffset,
    ).toBe(2);
    const inbox = new Inbox<ReceivedMessage>();
    const consumer = client.pushConsumer({
      group: 'G',
      subscriptions: new Map([['T', '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => inbox.add(message),
    });
    await consumer.start();
    await inbox.until(2);
    await consumer.shutdown();
    expect(await offsets.consumerOffset('G', queue)).toBe(2);
    expect(await groups.lag('G', 'T')).toBe(0);
    await producer.send({ topic: 'T', body: '3' }, { queue });
    await offsets.commit('G', queue, 1);
    expect(await groups.lag('G', 'T')).toBe(2);
  });

  it('shows the cluster', async () => {
    const { cluster: shown } = client.admin();
    expect([...(await shown.info()).brokerAddrTable.keys()].sort()).toEqual(['broker-a', 'broker-b']);
    const { address } = cluster.broker('broker-a');
    expect((await shown.runtimeInfo(address)).get('brokerVersionDesc')).toEqual(expect.any(String));
    expect(await shown.brokerConfig(address)).toContain('brokerName=broker-a');
  });

  it('gives up in time and when it is told to', async () => {
    const { cluster: shown } = client.admin();
    const signal = AbortSignal.abort();
    await expect(shown.info({ signal })).rejects.toMatchObject({ reason: 'aborted' });
  });
});
