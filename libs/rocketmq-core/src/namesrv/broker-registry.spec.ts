import { defaultsOf } from '../base/index.js';
import type { TopicConfig } from '../protocol/index.js';
import { silentLogger } from '../runtime/index.js';
import { FakeClock } from '../../testing/index.js';
import { withActingMasters } from './acting-master.js';
import { BrokerRegistry, type Registration, type SmallestIdChange } from './broker-registry.js';
import { type NamesrvConfig, namesrvSettings } from './config.js';
import { LiveBrokerTable } from './tables/live-broker-table.js';
import { RouteTable } from './tables/route-table.js';

const topic = (topicName: string, perm = 6, queues = 4): TopicConfig => ({
  ...{ topicName, perm, readQueueNums: queues, writeQueueNums: queues, topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false },
  attributes: new Map(),
});

class World {
  readonly clock = new FakeClock();
  readonly routes = new RouteTable();
  readonly live = new LiveBrokerTable();
  readonly told: SmallestIdChange[] = [];
  readonly registry: BrokerRegistry;

  constructor(config: Partial<NamesrvConfig> = {}) {
    const { routes, live, clock } = this;
    this.registry = new BrokerRegistry({
      ...{ routes, live, clock, logger: silentLogger, config: { ...defaultsOf(namesrvSettings), ...config } },
      smallestIdChanged: (change) => void this.told.push(change),
    });
  }

  register(some: Partial<Registration> & { names?: readonly string[]; counter?: number; stateVersion?: number } = {}) {
    const { names = ['T', 'U'], counter = 1, stateVersion = 0, ...rest } = some;
    return this.registry.register({
      ...{ cluster: 'C', brokerName: 'b', brokerId: 0, address: 'm:1', haServerAddr: 'm:2', enableActingMaster: false, peerId: 1 },
      topics: new Map(names.map((name) => [name, topic(name)])),
      dataVersion: { counter, stateVersion, timestamp: 0 },
      mappings: new Map(),
      filterServers: [],
      ...rest,
    });
  }

  perm(name: string, brokerName = 'b') {
    return this.routes.route(name)?.queues.find((queues) => queues.brokerName === brokerName)?.perm;
  }
  addresses(brokerName = 'b') {
    return [...this.routes.addressesOf(brokerName)].map(([id, address]) => `${id}=${address}`).sort();
  }
}

describe('a registration', () => {
  it('makes topics, broker and cluster known', () => {
    const world = new World();
    expect(world.register()).toEqual({ kind: 'registered' });
    expect(world.routes.route('T')).toEqual({
      queues: [{ brokerName: 'b', readQueueNums: 4, writeQueueNums: 4, perm: 6, topicSysFlag: 0 }],
      brokers: [{ brokerName: 'b', cluster: 'C', brokerAddrs: new Map([[0, 'm:1']]), enableActingMaster: false }],
      mappings: undefined,
    });
    expect(world.routes.clusterInfo().clusterAddrTable).toEqual(new Map([['C', ['b']]]));
  });

  it('changes queues only with another DataVersion, and adds topics that are missing', () => {
    const world = new World();
    world.register();
    const wider = new Map([
      ['T', topic('T', 6, 8)],
      ['V', topic('V')],
    ]);
    world.register({ topics: wider });
    expect([world.routes.route('T')?.queues[0]?.readQueueNums, world.routes.topicNames]).toEqual([4, ['T', 'U', 'V']]);
    world.register({ topics: wider, counter: 2 });
    expect(world.routes.route('T')?.queues[0]?.readQueueNums).toBe(8);
  });

  it('of a single topic adds to what is known, and is refused without leaving a trace when nothing is', () => {
    const world = new World();
    expect(world.register({ names: ['T'] })).toEqual({ kind: 'incomplete' });
    expect([world.routes.brokerNames, world.routes.clusterNames, world.routes.topicNames, world.live.size]).toEqual([[], [], [], 0]);
    world.register();
    expect(world.register({ names: ['V'], counter: 2 })).toEqual({ kind: 'registered' });
    expect(world.routes.topicNames).toEqual(['T', 'U', 'V']);
    expect(world.register({ names: ['T'], brokerId: 1, address: 's:1' })).toEqual({ kind: 'incomplete' });
  });

  it('drops topics that it does not name only when told to', () => {
    const world = new World({ deleteTopicWithBrokerRegistration: true });
    world.register();
    world.register({ names: ['T', 'V'], counter: 2 });
    expect(world.routes.topicNames).toEqual(['T', 'V']);
  });

  it('of a slave brings no topics but learns its master', () => {
    const world = new World();
    world.register({ names: ['T', 'U'] });
    expect(world.register({ brokerId: 1, address: 's:1', names: ['X', 'Y'] })).toEqual({
      kind: 'registered',
      masterAddr: 'm:1',
      haServerAddr: 'm:2',
    });
    expect([world.routes.topicNames, world.addresses()]).toEqual([
      ['T', 'U'],
      ['0=m:1', '1=s:1'],
    ]);
  });

  it('of a slave that became the master leaves one address', () => {
    const world = new World();
    world.register({ brokerId: 1, address: 's:1' });
    world.register({ brokerId: 0, address: 's:1' });
    expect(world.addresses()).toEqual(['0=s:1']);
  });

  it('from another address wins unless its state is older', () => {
    const world = new World();
    world.register({ stateVersion: 5 });
    expect(world.register({ address: 'n:1', stateVersion: 4 })).toEqual({ kind: 'outdated' });
    expect(world.addresses()).toEqual(['0=m:1']);
    expect(world.register({ address: 'n:1', stateVersion: 5 })).toEqual({ kind: 'registered' });
    expect(world.addresses()).toEqual(['0=n:1']);
  });

  it('gives back the write permission that was wiped only with another DataVersion', () => {
    const world = new World();
    world.register();
    expect(world.routes.wipeWritePerm('b')).toBe(2);
    world.register();
    expect(world.perm('T')).toBe(4);
    world.register({ counter: 2 });
    expect(world.perm('T')).toBe(6);
    world.routes.wipeWritePerm('b');
    expect([world.routes.addWritePerm('b'), world.perm('T'), world.routes.addWritePerm('x')]).toEqual([2, 6, 0]);
  });
});

describe('the end of a broker', () => {
  it('takes topics that no other broker has', () => {
    const world = new World();
    world.register();
    world.register({ brokerName: 'c', address: 'c:1', names: ['U', 'V'] });
    world.registry.unregister({ cluster: 'C', address: 'm:1' }, 'b');
    expect([world.routes.topicNames, world.routes.brokerNames, world.live.size]).toEqual([['U', 'V'], ['c'], 1]);
    world.registry.unregister({ cluster: 'C', address: 'c:1' }, 'c');
    expect([world.routes.topicNames, world.routes.clusterNames, world.live.size]).toEqual([[], [], 0]);
  });

  it('comes with silence, not with a broker that gives signs of life', async () => {
    const world = new World();
    world.register();
    world.register({ brokerName: 'c', address: 'c:1', names: ['U', 'V'], heartbeatTimeoutMs: 10_000 });
    await world.clock.advance(10_000);
    expect(world.registry.touch({ cluster: 'C', address: 'm:1' })).toBe(true);
    expect(world.registry.dropSilent()).toEqual([]);
    await world.clock.advance(1);
    expect(world.registry.dropSilent().map(({ address }) => address)).toEqual(['c:1']);
    await world.clock.advance(120_000);
    expect(world.registry.dropSilent().map(({ address }) => address)).toEqual(['m:1']);
    expect(world.routes.topicNames).toEqual([]);
  });

  it('comes with its connection, but not with one that it has replaced', () => {
    const world = new World();
    world.register({ peerId: 1 });
    world.register({ peerId: 2 });
    world.registry.peerClosed(1);
    expect(world.routes.brokerNames).toEqual(['b']);
    world.registry.peerClosed(2);
    expect(world.routes.brokerNames).toEqual([]);
  });

  it('leaves the slave readable, and read-only when it stands in', () => {
    for (const [enableActingMaster, perm] of [
      [false, 6],
      [true, 4],
    ] as const) {
      const world = new World();
      world.register({ enableActingMaster });
      world.register({ enableActingMaster, brokerId: 2, address: 's:1' });
      world.registry.unregister({ cluster: 'C', address: 'm:1' }, 'b');
      expect([world.addresses(), world.perm('T')]).toEqual([['2=s:1'], perm]);
      const { brokers = [], queues = [] } = world.routes.route('T') ?? {};
      const shown = withActingMasters('T', brokers, queues).map(({ brokerAddrs }) => [...brokerAddrs.keys()]);
      expect(shown).toEqual([[enableActingMaster ? 0 : 2]]);
      expect(withActingMasters('rmq_sys_SYNC_BROKER_MEMBER_b', brokers, queues)).toBe(brokers);
    }
  });

  it('is told to the others when the smallest id changes, if that is wanted', () => {
    const world = new World({ notifyMinBrokerIdChanged: true });
    world.register({ brokerId: 1, address: 's:1' });
    world.register();
    world.registry.unregister({ cluster: 'C', address: 'm:1' }, 'b');
    expect(world.told.map(({ addresses, offlineAddress }) => [[...addresses.keys()].sort(), offlineAddress])).toEqual([
      [[0, 1], undefined],
      [[1], 'm:1'],
    ]);
    const quiet = new World();
    quiet.register({ brokerId: 1, address: 's:1' });
    quiet.register();
    expect(quiet.told).toEqual([]);
  });
});
