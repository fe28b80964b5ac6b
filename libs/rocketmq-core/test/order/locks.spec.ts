import { QueueLockTable } from '../../src/broker/locks/queue-lock-table.js';
import { LockLoop } from '../../src/client/consumer/lock-loop.js';
import type { MessageQueue } from '../../src/protocol/index.js';
import { silentLogger, sleep } from '../../src/runtime/index.js';
import { FakeClock, SeededRandom } from '../../testing/index.js';

const rounds = process.env.TEST_LONG ? 2000 : 100;
const seed = Number(process.env.TEST_SEED ?? 1);
const queues: readonly MessageQueue[] = [0, 1, 2].map((queueId) => ({ topic: 'T', brokerName: 'b', queueId }));
/** Apache's times: the client renews every 20 s and trusts a lock for 30 s, the broker keeps it for 60 s. */
const times = { periodMs: 20_000, lifeMs: 30_000 };

/** The locks of one client, whose requests and answers may get lost or take their time. */
class Client {
  readonly lost: number[] = [];
  readonly loop: LockLoop;
  isCutOff = false;

  constructor(clientId: string, parts: { readonly clock: FakeClock; readonly table: QueueLockTable; readonly random: SeededRandom }) {
    const { clock, table, random } = parts;
    const owner = { group: 'G', clientId };
    const travel = () => sleep(clock, random.below(900));
    const asked = async <T>(act: () => T): Promise<T> => {
      await travel();
      if (this.cutOff()) throw new Error('no way to the broker');
      const answer = act();
      await travel();
      if (this.cutOff()) throw new Error('no way from the broker');
      return answer;
    };
    this.loop = new LockLoop({
      ...owner,
      ...times,
      calls: {
        lockQueues: (_, { queues: wanted }) => asked(() => table.lock(owner, wanted, clock.monotonic())),
        unlockQueues: (_, { queues: given }) => asked(() => table.unlock(owner, given)),
      },
      table: { masterAddress: () => 'broker' },
      lost: ({ queueId }) => void this.lost.push(queueId),
      clock,
      logger: silentLogger,
    });
  }

  private cutOff(): boolean {
    return this.isCutOff;
  }
}

describe(`queue locks between clients and a broker, seed ${seed}`, () => {
  it('never are with two clients at once, whatever happens to requests and answers', async () => {
    const clock = new FakeClock();
    const random = new SeededRandom(seed);
    const table = new QueueLockTable();
    const clients = ['a', 'b', 'c'].map((clientId) => new Client(clientId, { clock, table, random }));
    const one = <T>(all: readonly T[]): T => all[random.below(all.length)]!;
    const pending: Promise<unknown>[] = [];
    let granted = 0;
    for (const { loop } of clients) loop.start();
    for (let round = 0; round < rounds; round += 1) {
      const [client, queue] = [one(clients), one(queues)];
      const dice = random.below(10);
      if (dice < 5) pending.push(client.loop.lock(queue).then((isGranted) => (granted += Number(isGranted))));
      else if (dice < 7) pending.push(client.loop.unlock([queue]));
      else client.isCutOff = !client.isCutOff;
      for (let step = random.below(40); step >= 0; step -= 1) {
        await clock.advance(random.below(1000));
        for (const { queueId } of queues) {
          const holders = clients.filter(({ loop }) => loop.isHeld(queues[queueId]!));
          expect([round, queueId, holders.length > 1]).toEqual([round, queueId, false]);
        }
      }
    }
    await clock.advance(10_000);
    await Promise.all(pending);
    const stopped = clients.map(({ loop }) => loop.stop());
    await clock.advance(10_000);
    await Promise.all(stopped);
    expect(granted).toBeGreaterThan(rounds / 20);
    expect(clients.flatMap(({ lost }) => lost).length).toBeGreaterThan(0);
  }, 120_000);

  it('lets another client have the queue of one that died, sixty seconds after its last word', async () => {
    const clock = new FakeClock();
    const parts = { clock, table: new QueueLockTable(), random: new SeededRandom(seed) };
    const [dead, heir] = [new Client('dead', parts), new Client('heir', parts)];
    const locked = dead.loop.lock(queues[0]!);
    await clock.advance(2000);
    expect(await locked).toBe(true);
    dead.isCutOff = true;
    let grantedAtMs = 0;
    while (grantedAtMs === 0) {
      const attempt = heir.loop.lock(queues[0]!);
      await clock.advance(2000);
      if (await attempt) grantedAtMs = clock.monotonic();
    }
    expect(grantedAtMs).toBeGreaterThan(60_000);
    expect(grantedAtMs).toBeLessThan(66_000);
    expect(dead.loop.isHeld(queues[0]!)).toBe(false);
    await Promise.all([dead.loop.stop(), heir.loop.stop()]);
  });
});
