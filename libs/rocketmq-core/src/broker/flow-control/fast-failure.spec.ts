import { FakeClock } from '../../../testing/fake-clock.js';
import { brokerConfigOf } from '../config/broker-config.js';
import { brokerLanes } from './broker-lanes.js';
import { FastFailure } from './fast-failure.js';
import { WriteGate } from './write-gate.js';

/** The lanes of a broker whose store cannot write, or whose pulls all read from the disk. */
function brokerParts(changes: Partial<ReturnType<typeof brokerConfigOf>> = {}) {
  const clock = new FakeClock();
  const config = brokerConfigOf(changes);
  let blockedAtMs: number | undefined;
  const monotonic = () => clock.monotonic();
  const writing = new WriteGate({ store: { blockedSinceMs: () => blockedAtMs }, monotonic, settings: config });
  const lanes = brokerLanes({ config, writing, monotonic, onWaiting: () => failure.watch() });
  const failure: FastFailure = new FastFailure({ lanes, writing, clock, settings: config });
  const refused: string[] = [];
  const wait = (lane: string, name = lane) =>
    lanes.get(lane).wait({ start: () => void refused.push(`${name} started`), refuse: (remark) => void refused.push(`${name} ${remark}`) });
  return {
    ...{ clock, lanes, failure, refused, wait, writing },
    block: () => (blockedAtMs = clock.monotonic()),
    unblock: () => {
      blockedAtMs = undefined;
      lanes.get('send').resume();
    },
  };
}

describe('FastFailure', () => {
  it('refuses sends that have waited for waitTimeMillsInSendQueue, with the words of Apache', async () => {
    const { block, wait, clock, refused } = brokerParts();
    block();
    wait('send', 'a');
    await clock.advance(100);
    wait('send', 'b');
    await clock.advance(99);
    expect(refused).toEqual([]);
    await clock.advance(2);
    expect(refused).toEqual([
      'a [TIMEOUT_CLEAN_QUEUE]broker busy, start flow control for a while, period in queue: 200ms, size of queue: 1',
    ]);
  });

  it('begins sends that waited when the store writes again', async () => {
    const { block, unblock, wait, clock, refused, lanes } = brokerParts();
    block();
    expect(lanes.get('send').enter()).toBe(false);
    wait('send');
    await clock.advance(50);
    unblock();
    expect(refused).toEqual(['send started']);
  });

  it('empties the queue of sends, and lets none in, once the store is busy', async () => {
    const { block, wait, clock, refused, lanes } = brokerParts({ waitTimeMillsInSendQueue: 60_000 });
    block();
    wait('send');
    await clock.advance(1000);
    expect([refused.length, lanes.get('send').rejects]).toEqual([0, false]);
    await clock.advance(10);
    expect(lanes.get('send').rejects).toBe(true);
    expect(refused).toEqual([
      expect.stringMatching(/^send \[PCBUSY_CLEAN_QUEUE\]broker busy.*period in queue: 10\d\dms, size of queue: 0$/),
    ]);
  });

  it.each([
    ['pull', 5000],
    ['litePull', 5000],
    ['heartbeat', 31_000],
    ['endTransaction', 3000],
    ['ack', 3000],
    ['admin', 5000],
  ])('gives requests in the lane %s %d ms', async (lane, waitMs) => {
    const { wait, clock, refused } = brokerParts();
    wait(lane);
    await clock.advance(waitMs - 1);
    expect(refused).toEqual([]);
    await clock.advance(10);
    expect(refused).toEqual([expect.stringContaining(`[TIMEOUT_CLEAN_QUEUE]`)]);
  });

  it('leaves queries alone, as Apache does, and everybody when it is off', async () => {
    const on = brokerParts();
    on.wait('query');
    const off = brokerParts({ brokerFastFailureEnable: false });
    off.block();
    off.wait('send');
    await Promise.all([on.clock.advance(60_000), off.clock.advance(60_000)]);
    expect([on.refused, off.refused]).toEqual([[], []]);
    on.failure.stop();
    off.failure.stop();
  });

  it('has no timer while nothing waits, nor after it was stopped', async () => {
    const { clock, failure, block, wait } = brokerParts();
    expect(clock.timerCount).toBe(0);
    block();
    wait('send');
    expect(clock.timerCount).toBe(1);
    await clock.advance(300);
    expect(clock.timerCount).toBe(0);
    failure.stop();
    wait('send');
    expect(clock.timerCount).toBe(0);
  });
});

describe('brokerLanes', () => {
  it('bounds what reads from the disk by the settings of the thread pools', () => {
    const { lanes } = brokerParts({ pullMessageThreadPoolNums: 2, litePullMessageThreadPoolNums: 1 });
    expect([1, 2, 3].map(() => lanes.get('pull').enter())).toEqual([true, true, false]);
    expect([1, 2].map(() => lanes.get('litePull').enter())).toEqual([true, false]);
    expect(Array.from({ length: 100 }, () => lanes.get('send').enter())).not.toContain(false);
  });
});
