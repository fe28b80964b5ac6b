import { brokerConfigOf } from '../../src/broker/config/broker-config.js';
import { brokerLanes } from '../../src/broker/flow-control/broker-lanes.js';
import { FastFailure } from '../../src/broker/flow-control/fast-failure.js';
import { WriteGate } from '../../src/broker/flow-control/write-gate.js';
import { ProcessQueue } from '../../src/client/consumer/process-queue.js';
import { fullness, queueLimits } from '../../src/client/consumer/pull-limits.js';
import { ENTRY_SIZE, writeEntry } from '../../src/store/consume-queue/entry-layout.js';
import { selectEntries } from '../../src/store/reading/entry-selection.js';
import { FakeClock, SeededRandom } from '../../testing/index.js';
import { JavaTables } from '../../testing/java-tables.js';

const rounds = process.env.TEST_LONG ? 2000 : 200;
const seed = Number(process.env.TEST_SEED ?? 1);
const MIB = 1024 * 1024;
const SYSTEM_BUSY = 2;

/** Times are multiples of it, and half of it away from each other: Java's clock goes on while it answers. */
const STEP_MS = 4000;

const waitKeys = {
  send: 'waitTimeMillsInSendQueue',
  pull: 'waitTimeMillsInPullQueue',
  litePull: 'waitTimeMillsInLitePullQueue',
  heartbeat: 'waitTimeMillsInHeartbeatQueue',
  endTransaction: 'waitTimeMillsInTransactionQueue',
  ack: 'waitTimeMillsInAckQueue',
  admin: 'waitTimeMillsInAdminBrokerQueue',
} as const;
const lanes = Object.keys(waitKeys) as (keyof typeof waitKeys)[];

class Inputs {
  readonly random = new SeededRandom(seed);

  upTo(max: number): number {
    return this.random.below(max + 1);
  }

  /** Since when the store cannot write, ms; below 0: it can. */
  busyMs(): number {
    return this.random.below(3) === 0 ? -1 : this.upTo(5) * STEP_MS + STEP_MS / 2;
  }

  /** Sizes around whole MiB now and then. */
  size(): number {
    return this.random.below(2) === 0 ? this.upTo(MIB) : MIB - 1 + this.upTo(2);
  }

  held(): { readonly offset: number; readonly size: number; readonly isConsumed: boolean }[] {
    let offset = this.upTo(3);
    return Array.from({ length: this.upTo(8) }, () => {
      offset += 1 + this.upTo(4);
      return { offset, size: this.size(), isConsumed: this.random.below(3) === 0 };
    });
  }
}

/** Our broker's parts, with a store that has not written for a while. */
function brokerParts(busyMs: number, settings: Readonly<Record<string, number>>) {
  const clock = new FakeClock();
  const config = { ...brokerConfigOf({}), ...settings, brokerFastFailureEnable: false };
  const monotonic = () => clock.monotonic();
  let blockedAtMs: number | undefined;
  const writing = new WriteGate({ store: { blockedSinceMs: () => blockedAtMs }, monotonic, settings: config });
  const lanesOfBroker = brokerLanes({ config, writing, monotonic, onWaiting: () => failure.watch() });
  const failure: FastFailure = new FastFailure({ lanes: lanesOfBroker, writing, clock, settings: config });
  return {
    ...{ clock, config, failure, lanes: lanesOfBroker },
    block: () => (blockedAtMs = busyMs < 0 ? undefined : monotonic() - busyMs),
  };
}

type Pulled = Parameters<ProcessQueue['put']>[0][number];
const message = (queueOffset: number, bodySize: number) => ({ queueOffset, bodySize }) as Pulled;

function filled(held: ReturnType<Inputs['held']>): ProcessQueue {
  const queue = new ProcessQueue({ topic: 'T', brokerName: 'b', queueId: 0 });
  const put = queue.put(
    held.map(({ offset, size }) => message(offset, size)),
    { minOffset: 0, maxOffset: 100 },
  );
  queue.complete(put.filter((_, i) => held[i]?.isConsumed === true));
  return queue;
}

const textOf = (held: ReturnType<Inputs['held']>) => [
  held.map(({ offset, size }) => `${offset}:${size}`).join(','),
  held.flatMap(({ offset, isConsumed }) => (isConsumed ? [offset] : [])).join(','),
];

describe(`what Java 5.5.0 holds back, seed ${seed}`, () => {
  let java: JavaTables;
  let inputs: Inputs;

  beforeAll(async () => {
    java = await JavaTables.start('5.5.0', 'limits');
  }, 240_000);
  afterAll(() => java.stop());
  beforeEach(() => {
    inputs = new Inputs();
  });

  it('has lanes as long as its queues', async () => {
    const ourNames: Readonly<Record<string, string>> = { clientManager: 'clientManage', consumerManager: 'consumerManage' };
    const { lanes: ours } = brokerParts(-1, {});
    const answer = (await java.ask('capacities')).split(',').map((text) => text.split('='));
    expect(answer.length).toBeGreaterThan(lanes.length);
    for (const [name = '', capacity] of answer) expect([name, String(ours.get(ourNames[name] ?? name).capacity)]).toEqual([name, capacity]);
  });

  it('turns sends away for as long as the store cannot write', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [busyMs, timeoutMs] = [inputs.busyMs(), inputs.upTo(5) * STEP_MS];
      const theirs = await java.ask('reject', String(busyMs), String(timeoutMs));
      const { lanes: ours, block } = brokerParts(busyMs, { osPageCacheBusyTimeOutMills: timeoutMs });
      block();
      expect([busyMs, timeoutMs, String(ours.get('send').rejects)]).toEqual([busyMs, timeoutMs, theirs]);
    }
  }, 120_000);

  it('refuses the same of what waits, with the same words', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [busyMs, timeoutMs] = [inputs.busyMs(), inputs.upTo(5) * STEP_MS];
      const waits = lanes.map((lane) => ({ lane, waitMs: inputs.upTo(4) * STEP_MS }));
      const ages = Array.from({ length: inputs.upTo(12) }, () => ({
        lane: lanes[inputs.upTo(lanes.length - 1)] ?? 'send',
        ageMs: inputs.upTo(5) * STEP_MS + STEP_MS / 2,
      })).sort((a, b) => b.ageMs - a.ageMs);
      const theirs = await java.ask(
        ...['clean', String(busyMs), String(timeoutMs)],
        waits.map(({ lane, waitMs }) => `${lane}=${waitMs}`).join(','),
        ages.map(({ lane, ageMs }) => `${lane}=${ageMs}`).join(','),
      );
      const settings = Object.fromEntries(waits.map(({ lane, waitMs }) => [waitKeys[lane], waitMs]));
      const { clock, config, failure, lanes: ours, block } = brokerParts(busyMs, { ...settings, osPageCacheBusyTimeOutMills: timeoutMs });
      const refused: string[] = [];
      const oldestMs = ages[0]?.ageMs ?? 0;
      for (const [i, { lane, ageMs }] of ages.entries()) {
        await clock.advance(oldestMs - ageMs - clock.monotonic());
        const refuse = (remark: string) =>
          refused.push(`${i} ${SYSTEM_BUSY} ${remark.replace(/period in queue: \d+ms/, 'period in queue: *')}`);
        expect(ours.get(lane).wait({ start: () => undefined, refuse })).toBe(true);
      }
      await clock.advance(oldestMs - clock.monotonic());
      block();
      config.brokerFastFailureEnable = true;
      await clock.advance(10);
      failure.stop();
      expect([round, refused.join(';')]).toEqual([round, theirs]);
    }
  }, 240_000);

  it('takes as many messages into an answer', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [maxMessages, sizeMax] = [1 + inputs.upTo(40), 100 + inputs.upTo(20_000)];
      const recent = { count: 1 + inputs.upTo(32), size: 1 + inputs.upTo(20_000) };
      const old = { count: 1 + inputs.upTo(16), size: 1 + inputs.upTo(10_000) };
      const recentFrom = inputs.upTo(30_000);
      let end = 0;
      const records = Array.from({ length: 50 }, () => {
        const record = { physicalOffset: end, size: 1 + inputs.upTo(2000) };
        end += record.size;
        return record;
      });
      const entries = Buffer.alloc(records.length * ENTRY_SIZE);
      for (const [i, record] of records.entries()) writeEntry(entries, i * ENTRY_SIZE, { ...record, tagsCode: 0 });
      const theirs = await java.ask(
        ...['batch', maxMessages, sizeMax, recent.count, recent.size, old.count, old.size].map(String),
        records.map(({ physicalOffset, size }) => `${size}:${physicalOffset >= recentFrom}`).join(','),
      );
      const rules = { maxMessages, sizeMax, recentFrom, recent, old, readable: { from: 0, to: end }, segmentSize: MIB, matches: undefined };
      expect([round, String(selectEntries(entries, rules).extents.length)]).toEqual([round, theirs]);
    }
  }, 120_000);

  it('holds back the pulls of a push consumer', async () => {
    const optional = (max: number) => (inputs.random.below(2) === 0 ? undefined : 1 + inputs.upTo(max));
    for (let round = 0; round < rounds; round += 1) {
      const settings = {
        orderly: inputs.random.below(4) === 0,
        pullThresholdForQueue: 1 + inputs.upTo(7),
        pullThresholdSizeForQueue: 1 + inputs.upTo(3),
        consumeConcurrentlyMaxSpan: 1 + inputs.upTo(30),
        pullThresholdForTopic: optional(20),
        pullThresholdSizeForTopic: optional(12),
      };
      const queueCount = inputs.upTo(6);
      const held = inputs.held();
      const theirs = await java.ask(
        ...['push', settings.orderly, settings.pullThresholdForQueue, settings.pullThresholdSizeForQueue].map(String),
        ...[settings.consumeConcurrentlyMaxSpan, settings.pullThresholdForTopic ?? -1, settings.pullThresholdSizeForTopic ?? -1].map(
          String,
        ),
        String(queueCount),
        ...textOf(held),
      );
      // Java shares among its queues when they change; here a consumer without any pulls nothing.
      const limits = queueLimits(queueCount > 0 ? settings : { ...settings, ...unshared }, queueCount);
      expect([round, fullness(filled(held), limits) === undefined ? 'room' : 'full']).toEqual([round, theirs]);
    }
  }, 240_000);

  it('holds back the pulls of a lite pull consumer', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const [all, inAll] = [1 + inputs.upTo(20), inputs.upTo(24)];
      const limits = { count: 1 + inputs.upTo(7), sizeMib: 1 + inputs.upTo(3), span: 1 + inputs.upTo(30) };
      const held = inputs.held();
      const theirs = await java.ask(
        ...['lite', String(all), '1', String(inAll), String(limits.count), String(limits.sizeMib), String(limits.span)],
        ...textOf(held),
      );
      const isFull = inAll > all || fullness(filled(held), limits) !== undefined;
      expect([round, isFull ? 'full' : 'room']).toEqual([round, theirs]);
    }
  }, 240_000);
});

const unshared = { pullThresholdForTopic: undefined, pullThresholdSizeForTopic: undefined };
