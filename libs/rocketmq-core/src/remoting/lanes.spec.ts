import { SeededRandom } from '../../testing/seeded-random.js';
import { Lanes, type LaneRules } from './lanes.js';

let nowMs = 0;
let told = 0;
const laneOf = (capacity: number, rules: LaneRules = {}) => {
  const options = { rules: { one: rules }, monotonic: () => nowMs, onWaiting: () => void (told += 1) };
  return new Lanes({ one: capacity }, options).get('one');
};
/** Notes what becomes of a request. */
function note(log: string[], name: string, more: () => void = () => undefined) {
  return {
    start: () => {
      log.push(name);
      more();
    },
    refuse: (remark: string) => void log.push(`${name} refused: ${remark}`),
  };
}

beforeEach(() => {
  nowMs = 0;
  told = 0;
});

describe('Lane', () => {
  it('takes as many as its capacity, and waits for nobody then', () => {
    const lane = laneOf(2);
    expect([lane.enter(), lane.enter(), lane.enter(), lane.wait(note([], 'x'))]).toEqual([true, true, false, false]);
    lane.leave();
    expect([lane.enter(), lane.size]).toEqual([true, 2]);
  });

  it('begins what waits in the order in which it came, when others leave', () => {
    const lane = laneOf(10, { runningMax: 1 });
    const log: string[] = [];
    expect([lane.enter(), lane.enter()]).toEqual([true, false]);
    for (const name of ['a', 'b']) lane.wait(note(log, name));
    expect([lane.size, lane.waitingCount, told]).toEqual([3, 2, 1]);
    lane.leave();
    expect([log, lane.size]).toEqual([['a'], 2]);
    lane.leave();
    expect([log, lane.waitingCount]).toEqual([['a', 'b'], 0]);
  });

  it('lets nobody pass what waits', () => {
    let open = false;
    const lane = laneOf(10, { isOpen: () => open });
    lane.wait(note([], 'first'));
    open = true;
    expect(lane.enter()).toBe(false);
  });

  it('begins all that waits when it opens, without a deep stack', () => {
    let open = false;
    const lane = laneOf(100_000, { isOpen: () => open });
    const log: string[] = [];
    for (let i = 0; i < 50_000; i += 1) lane.wait(note(log, `${i}`, () => lane.leave()));
    lane.resume();
    expect(log).toHaveLength(0);
    open = true;
    lane.resume();
    expect([log.length, log.at(-1), lane.size]).toEqual([50_000, '49999', 0]);
  });

  it('counts what waits into its capacity', () => {
    const lane = laneOf(2, { runningMax: 1 });
    lane.enter();
    expect([lane.wait(note([], 'a')), lane.wait(note([], 'b'))]).toEqual([true, false]);
  });

  it('says how long the first one has waited', () => {
    const lane = laneOf(9, { runningMax: 1 });
    lane.enter();
    lane.wait(note([], 'a'));
    nowMs = 40;
    lane.wait(note([], 'b'));
    expect(lane.figures()).toEqual({ name: 'one', capacity: 9, size: 3, headWaitMs: 40 });
  });

  it('turns away when its rule says so', () => {
    expect([laneOf(1).rejects, laneOf(1, { rejects: () => true }).rejects]).toEqual([false, true]);
  });
});

describe('what waits too long', () => {
  it('is refused from the front, with its time and how many are left', () => {
    const lane = laneOf(9, { runningMax: 1 });
    const log: string[] = [];
    lane.enter();
    for (const name of ['a', 'b', 'c']) {
      lane.wait(note(log, name));
      nowMs += 10;
    }
    lane.expire(20, (waitedMs, left) => `${waitedMs} ${left}`);
    expect(log).toEqual(['a refused: 30 2', 'b refused: 20 1']);
    lane.leave();
    expect(log.at(-1)).toBe('c');
  });

  it('is what a simple queue would refuse, whatever happens in which order', () => {
    const random = new SeededRandom(1);
    for (let round = 0; round < 300; round += 1) {
      const [capacity, runningMax] = [1 + random.below(8), 1 + random.below(4)];
      const lane = laneOf(capacity, { runningMax });
      const model = new SimpleQueue(capacity, runningMax);
      const log: string[] = [];
      const arrive = (name: string) => {
        if (lane.enter()) log.push(name);
        else if (!lane.wait(note(log, name))) log.push(`${name} full`);
        model.arrive(name);
      };
      const leave = () => {
        if (model.running === 0) return;
        lane.leave();
        model.leave();
      };
      const expire = () => {
        const waitMs = random.below(100);
        lane.expire(waitMs, () => 'late');
        model.expire(waitMs);
      };
      for (let step = 0; step < 60; step += 1) {
        nowMs += random.below(20);
        [arrive, arrive, leave, expire][random.below(4)]?.(`${step}`);
      }
      expect([log, lane.size, lane.waitingCount]).toEqual([model.log, model.running + model.queue.length, model.queue.length]);
    }
  });
});

/** What Java's thread pools and BrokerFastFailure.cleanExpiredRequestInQueue do with a queue, written down with an array. */
class SimpleQueue {
  readonly log: string[] = [];
  queue: { readonly name: string; readonly sinceMs: number }[] = [];
  running = 0;

  constructor(
    private readonly capacity: number,
    private readonly runningMax: number,
  ) {}

  arrive(name: string): void {
    if (this.running + this.queue.length >= this.capacity) this.log.push(`${name} full`);
    else this.queue.push({ name, sinceMs: nowMs });
    this.begin();
  }

  leave(): void {
    this.running -= 1;
    this.begin();
  }

  expire(waitMs: number): void {
    for (let first = this.queue[0]; first !== undefined && nowMs - first.sinceMs >= waitMs; first = this.queue[0]) {
      this.queue = this.queue.slice(1);
      this.log.push(`${first.name} refused: late`);
    }
  }

  private begin(): void {
    for (let first = this.queue[0]; first !== undefined && this.running < this.runningMax; first = this.queue[0]) {
      this.queue = this.queue.slice(1);
      this.running += 1;
      this.log.push(first.name);
    }
  }
}
