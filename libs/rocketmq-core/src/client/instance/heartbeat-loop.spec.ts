import { FakeClock } from '../../../testing/index.js';
import { silentLogger } from '../../runtime/index.js';
import { ReachabilityTable } from './reachability-table.js';
import { HeartbeatLoop, type HeartbeatOptions } from './heartbeat-loop.js';

function create(overrides: Partial<HeartbeatOptions> = {}) {
  const clock = new FakeClock();
  const beats: string[] = [];
  const failing = new Set<string>();
  const loop = new HeartbeatLoop({
    clock,
    logger: silentLogger,
    periodMs: 30_000,
    brokers: () => [
      { brokerName: 'b', brokerId: 0, address: 'master:1' },
      { brokerName: 'b', brokerId: 1, address: 'slave:1' },
    ],
    hasConsumers: () => true,
    hasGroups: () => true,
    send: (address) => {
      beats.push(address);
      return failing.has(address) ? Promise.reject(new Error('down')) : Promise.resolve();
    },
    reachability: new ReachabilityTable(),
    ...overrides,
  });
  return { clock, beats, failing, loop };
}

describe('HeartbeatLoop', () => {
  it('tells every broker once per period', async () => {
    const { clock, beats, loop } = create();
    loop.start();
    await clock.advance(60_000);
    expect(beats).toEqual(['master:1', 'slave:1', 'master:1', 'slave:1']);
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });

  it('tells only masters when there are no consumers, and nobody when there are no groups', async () => {
    const producers = create({ hasConsumers: () => false });
    await producers.loop.beat();
    expect(producers.beats).toEqual(['master:1']);
    const nothing = create({ hasGroups: () => false });
    await nothing.loop.beat();
    expect(nothing.beats).toEqual([]);
  });

  it('does not let a broker that is down hold up the others', async () => {
    const { beats, failing, loop } = create();
    failing.add('master:1');
    await loop.beat();
    expect(beats).toEqual(['master:1', 'slave:1']);
  });

  it('tells a broker again after its connection was lost, every second until it answers', async () => {
    const { clock, beats, failing, loop } = create();
    failing.add('master:1');
    loop.lost('master:1');
    loop.lost('master:1');
    await clock.advance(2000);
    expect(beats).toEqual(['master:1', 'master:1']);
    failing.clear();
    await clock.advance(10_000);
    expect(beats).toEqual(['master:1', 'master:1', 'master:1']);
    expect(clock.timerCount).toBe(0);
  });

  it('tells new brokers once', async () => {
    const { beats, loop } = create();
    await loop.beatNew();
    await loop.beatNew();
    expect(beats).toEqual(['master:1', 'slave:1']);
  });

  it('keeps beats and what must not meet them apart', async () => {
    const order: string[] = [];
    const { loop } = create({
      send: async () => {
        order.push('begin');
        await Promise.resolve();
        order.push('end');
      },
      hasConsumers: () => false,
    });
    const beat = loop.beat();
    await loop.between(() => Promise.resolve(order.push('task')));
    await beat;
    expect(order).toEqual(['begin', 'end', 'task']);
  });

  it('forgets a lost address that is no broker, and leaves no timer behind when it stops', async () => {
    const { clock, beats, loop } = create();
    loop.lost('name-server:9876');
    await clock.advance(5000);
    expect(beats).toEqual([]);
    loop.lost('master:1');
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });
});
