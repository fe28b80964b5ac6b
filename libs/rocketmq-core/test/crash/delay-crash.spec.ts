import { FakeClock } from '../../testing/fake-clock.js';
import { crashPolicies, MemoryFileSystem, type CrashPolicy } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import { DelayBed, delayScript, type Delayed } from './delay-script.js';

const isLong = process.env['TEST_LONG'] === '1';
const TIMEOUT_MS = isLong ? 3_600_000 : 120_000;
/** Of the disk operations of the script, in CI every so many-th is the last. */
const STEP = isLong ? 1 : 11;

function newDisk(): MemoryFileSystem {
  const disk = new MemoryFileSystem();
  disk.makeFolderSync('/store/config');
  disk.syncFolderSync('/');
  disk.syncFolderSync('/store');
  return disk;
}

/** @returns the operations of the script when nothing stops it */
async function operationsOf(): Promise<number> {
  const files = newDisk();
  await new DelayBed(files, new FakeClock(), []).run(delayScript);
  return files.operationCount;
}

async function cutAt(operation: number, policy: CrashPolicy): Promise<void> {
  const files = newDisk();
  const clock = new FakeClock();
  const sent: Delayed[] = [];
  files.fault = ({ index }) => void (index === operation && files.halt());
  await new DelayBed(files, clock, sent).run(delayScript);
  files.fault = undefined;
  const after = files.crash(policy, new SeededRandom(operation + 1));
  let counts = new Map<string, number>();
  const next = new DelayBed(after, clock, sent);
  await next.run(async () => {
    await next.pass(20_000);
    const messages = await next.delivered();
    counts = new Map(sent.map(({ body }) => [body, messages.filter((message) => message.body.toString() === body).length]));
    for (const { body, storeTimestamp } of messages) {
      const dueMs = sent.find((one) => one.body === body.toString())?.dueMs ?? NaN;
      if (!(storeTimestamp >= dueMs)) throw new Error(`${body.toString()} was delivered ${dueMs - storeTimestamp} ms early`);
    }
  });
  for (const { body, acknowledged } of sent) {
    const count = counts.get(body) ?? 0;
    // Twice: what was delivered since the last flush.
    if (count > 2 || (acknowledged && count === 0)) {
      throw new Error(`cut before operation ${operation}, ${policy}: ${body} (acknowledged: ${acknowledged}) was delivered ${count} times`);
    }
  }
}

describe('messages that wait when the machine stops', () => {
  it(
    'are delivered, not before their time, wherever it stops and whatever the disk keeps',
    async () => {
      const operations = await operationsOf();
      expect(operations).toBeGreaterThan(100);
      for (let operation = 3; operation < operations; operation += STEP) {
        const policies = isLong
          ? crashPolicies
          : crashPolicies.filter((_, at) => at === Math.floor(operation / STEP) % crashPolicies.length);
        for (const policy of policies) await cutAt(operation, policy);
      }
    },
    TIMEOUT_MS,
  );
});
