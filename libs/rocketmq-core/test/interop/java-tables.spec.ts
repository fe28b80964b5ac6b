import type { MessageQueue } from '../../src/client/index.js';
import { compareQueues, compareText } from '../../src/client/message-queues.js';
import { BrokerFaultTable } from '../../src/client/producer/broker-fault-table.js';
import { QueueCursor, queueByKey } from '../../src/client/producer/queue-choice.js';
import { allocate, type AllocateStrategy } from '../../src/client/rebalance/allocate.js';
import { allocateByConfig } from '../../src/client/rebalance/fixed-queues.js';
import { allocateByMachineRoom, allocateNearby } from '../../src/client/rebalance/machine-rooms.js';
import { SeededRandom } from '../../testing/index.js';
import { JavaTables } from '../../testing/java-tables.js';

const rounds = process.env.TEST_LONG ? 5000 : 300;
const seed = Number(process.env.TEST_SEED ?? 1);
const rooms = ['a', 'b', 'c'];
const inner = ['AVG', 'AVG_BY_CIRCLE', 'CONSISTENT_HASH'] as const;

const text = (queues: readonly MessageQueue[]) => queues.map(({ brokerName, queueId }) => `${brokerName}:${queueId}`).join(',');
const nearRooms = { brokerRoom: (queue: MessageQueue) => queue.brokerName.split('@')[0]!, consumerRoom: (id: string) => id.split('@')[0]! };

type JavaName = [name: string, ours: (queues: readonly MessageQueue[]) => { readonly strategy: AllocateStrategy; readonly more: string }];

/** Random members and queues; names of every kind that a strategy looks at. */
class Inputs {
  readonly random = new SeededRandom(seed);

  one<T>(all: readonly T[]): T {
    return all[this.random.below(all.length)]!;
  }

  brokers(countMax: number): string[] {
    const count = 1 + this.random.below(countMax);
    return Array.from({ length: count }, (_, i) => `${this.one(rooms)}@${this.one(['broker', 'Brøker', 'z'])}-${i}`);
  }

  queues(): MessageQueue[] {
    const all = this.brokers(4).flatMap((brokerName) =>
      Array.from({ length: 1 + this.random.below(12) }, (_, queueId) => ({ topic: 'T', brokerName, queueId })),
    );
    return all.sort(compareQueues);
  }

  clientIds(): string[] {
    const count = 1 + this.random.below(9);
    const ids = Array.from(
      { length: count },
      (_, i) => `${this.one(rooms)}@10.0.0.${this.random.below(256)}@${this.one(['x', 'é', 'Z'])}#${i}`,
    );
    return ids.sort(compareText);
  }
}

describe(`the choices of the Java client 5.5.0, seed ${seed}`, () => {
  let java: JavaTables;
  let inputs: Inputs;

  beforeAll(async () => {
    java = await JavaTables.start('5.5.0');
  }, 240_000);
  afterAll(() => java.stop());
  beforeEach(() => {
    inputs = new Inputs();
  });

  const javaNames: JavaName[] = [
    ...inner.map((name): JavaName => [name, () => ({ strategy: name, more: '' })]),
    [
      'CONFIG',
      (queues) => {
        const listed = queues.filter(() => inputs.random.below(2) === 0);
        return { strategy: allocateByConfig(listed), more: text(listed) };
      },
    ],
    [
      'MACHINE_ROOM',
      () => {
        const wanted = rooms.filter(() => inputs.random.below(2) === 0);
        return { strategy: allocateByMachineRoom(wanted), more: wanted.join(',') };
      },
    ],
    ...inner.map((name): JavaName => [`NEARBY-${name}`, () => ({ strategy: allocateNearby(name, nearRooms), more: '' })]),
  ];

  it.each(javaNames)(
    '%s allocates the same queues',
    async (name, ours) => {
      for (let round = 0; round < rounds; round += 1) {
        const [queues, clientIds] = [inputs.queues(), inputs.clientIds()];
        const clientId = inputs.one(clientIds);
        const { strategy, more } = ours(queues);
        const theirs = await java.ask('allocate', name, clientId, clientIds.join(','), text(queues), more);
        expect([round, text(allocate(strategy, { group: 'G', clientId, queues, clientIds }))]).toEqual([round, theirs]);
      }
    },
    120_000,
  );

  it('chooses the same queue for a sharding key', async () => {
    // The text whose hash is the smallest int32: taking the absolute value before the remainder would be negative.
    const special = ['', 'polygenelubricants', '20221019'];
    for (let round = 0; round < rounds; round += 1) {
      const queues = inputs.queues();
      const key =
        special[round] ??
        inputs.random
          .bytes(1 + inputs.random.below(20))
          .toString('latin1')
          .replaceAll(/\s/g, '_');
      expect([key, text([queueByKey(queues, key)!])]).toEqual([key, await java.ask('hash', key, text(queues))]);
    }
  }, 120_000);

  it('goes through the queues in the same order when brokers were slow, refused or did not answer', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const queues = inputs.queues();
      const brokers = [...new Set(queues.map((queue) => queue.brokerName))];
      const faults = new BrokerFaultTable();
      const told: string[] = [];
      for (const broker of brokers) {
        const latencyMs = inputs.one([10, 50, 100, 549, 550, 1799, 1800, 3000, 5000, 15_000, 60_000]);
        const kind = inputs.one(['none', 'answered', 'refused', 'unreachable'] as const);
        if (kind === 'none') continue;
        if (kind === 'answered') faults.answered(broker, latencyMs, 0);
        if (kind === 'refused') faults.refused(broker, 0);
        if (kind === 'unreachable') faults.unreachable(broker, 0);
        told.push(`${broker}=${latencyMs}:${kind !== 'answered'}:${kind !== 'unreachable'}`);
      }
      const last = inputs.random.below(2) === 0 ? '' : inputs.one(brokers);
      const count = queues.length * 2;
      const [start = '', ...theirs] = (await java.ask('select', text(queues), told.join(','), String(count), last)).split(',');
      const cursor = new QueueCursor(Number(start));
      const other = (name: string) => last === '' || name !== last;
      const tests = [
        (name: string) => other(name) && faults.isAvailable(name, 0),
        (name: string) => other(name) && faults.isReachable(name),
      ];
      const ours = Array.from({ length: count }, () => text([cursor.next(queues, tests)!]));
      expect([round, ours]).toEqual([round, theirs]);
    }
  }, 240_000);
});
