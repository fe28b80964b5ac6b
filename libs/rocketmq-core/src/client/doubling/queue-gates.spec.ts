import { FakeClock } from '../../../testing/index.js';
import { silentLogger } from '../../runtime/index.js';
import type { DoublingPlan } from './doubling-plan.js';
import { QueueGates } from './queue-gates.js';

const queue = (queueId: number, topic = 'T') => ({ topic, brokerName: 'a', queueId });

class World {
  readonly clock = new FakeClock();
  plan: () => Promise<DoublingPlan | undefined> = () => Promise.resolve(undefined);
  consumed = new Map<number, number>();
  openings = 0;
  asked = 0;
  readonly gates = new QueueGates({
    group: 'G',
    plan: () => {
      this.asked += 1;
      return this.plan();
    },
    consumed: ({ queueId }) => Promise.resolve(this.consumed.get(queueId)),
    opened: () => void (this.openings += 1),
    clock: this.clock,
    logger: silentLogger,
  });

  take(...queues: ReturnType<typeof queue>[]): Promise<void> {
    this.gates.start();
    for (const one of queues) this.gates.taken(one);
    return this.clock.settle();
  }

  closed(...ids: number[]): boolean[] {
    return ids.map((id) => this.gates.isClosed(queue(id)));
  }
}

describe('QueueGates', () => {
  let world: World;
  beforeEach(() => (world = new World()));
  afterEach(() => world.gates.stop());

  it('opens every queue of a topic without a plan, asking once for all of them', async () => {
    world.gates.start();
    world.gates.taken(queue(0));
    expect(world.closed(0)).toEqual([true]);
    await world.take(queue(1), queue(0, '%RETRY%G'));
    expect(world.closed(0, 1)).toEqual([false, false]);
    expect(world.gates.isClosed(queue(0, '%RETRY%G'))).toBe(false);
    expect(world.openings).toBeGreaterThanOrEqual(1);
    expect(world.asked).toBeLessThanOrEqual(2);
  });

  it('opens a new queue when its group has passed the end of the old one', async () => {
    let plan: DoublingPlan = { from: 1, barriers: undefined };
    world.plan = () => Promise.resolve(plan);
    await world.take(queue(0), queue(1));
    expect(world.closed(0, 1)).toEqual([false, true]);
    plan = { from: 1, barriers: new Map([['a:0', 5]]) };
    world.consumed.set(0, 4);
    await world.clock.advance(1000);
    expect(world.closed(1)).toEqual([true]);
    world.consumed.set(0, 5);
    await world.clock.advance(1000);
    expect(world.closed(1)).toEqual([false]);
    expect(world.openings).toBe(2);
  });

  it('opens nothing while nobody can say, and asks again', async () => {
    world.plan = () => Promise.reject(new Error('no name server'));
    await world.take(queue(0));
    expect(world.closed(0)).toEqual([true]);
    world.plan = () => Promise.resolve(undefined);
    await world.clock.advance(1000);
    expect(world.closed(0)).toEqual([false]);
  });

  it('does not wait for an old queue that was empty', async () => {
    world.plan = () => Promise.resolve({ from: 1, barriers: new Map([['a:0', 0]]) });
    await world.take(queue(1));
    expect(world.closed(1)).toEqual([false]);
  });
});
