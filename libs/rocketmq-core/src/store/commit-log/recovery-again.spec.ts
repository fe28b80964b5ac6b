import { cleanStore, markKilled, writeAt } from '../../../testing/disk-pictures.js';
import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { SeededRandom } from '../../../testing/seeded-random.js';
import { makeStore } from '../../../testing/store-fixtures.js';
import { decodeRecords } from '../../protocol/index.js';
import { segmentName } from '../paths.js';

const queueFile = (base: number) => `/store/consumequeue/TopicTest/0/${segmentName(base)}`;
const COUNT = 40;
const OTHERS = 30;

describe('a recovery that is cut short', () => {
  let base: MemoryFileSystem;
  const random = new SeededRandom(1);

  beforeEach(async () => {
    base = new MemoryFileSystem();
    await cleanStore({ files: base, count: COUNT });
    // The log goes on without this queue.
    await cleanStore({ files: base, count: OTHERS, topic: 'Other' });
  });

  const countIn = async (files: MemoryFileSystem) => {
    const store = makeStore(files);
    await store.open();
    let count = 0;
    for (let next = 0; next < store.maxQueueOffset('TopicTest', 0);) {
      const outcome = await store.get({ topic: 'TopicTest', queueId: 0, queueOffset: next, maxMessages: 32 });
      count += decodeRecords(Buffer.concat([...outcome.records])).length;
      next = outcome.nextBeginOffset;
    }
    await store.close();
    return count;
  };
  const keyCountIn = async (files: MemoryFileSystem) => {
    const store = makeStore(files);
    await store.open();
    const query = { key: 'k', type: 'key', maxNum: 200, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER } as const;
    const counts = await Promise.all(['TopicTest', 'Other'].map((topic) => store.queryByKey({ topic, ...query })));
    await store.close();
    return counts.reduce((sum, { records }) => sum + records.length, 0);
  };
  const shorten = (path: string) => {
    const handle = base.openSync(path, 'write');
    handle.truncateSync(100);
    handle.closeSync();
  };
  /** How many operations the whole recovery takes, and the first one behind the sync of the checkpoint. */
  const operationsOf = async (files: MemoryFileSystem) => {
    let doubted = 0;
    files.fault = ({ index, kind, path }) => {
      if (doubted === 0 && kind === 'sync' && path === '/store/checkpoint') doubted = index + 1;
      return undefined;
    };
    expect(await countIn(files)).toBe(COUNT);
    return { doubted, all: files.operationCount };
  };

  it.each([
    ['all files are gone', true, () => base.removeFolderSync('/store/consumequeue')],
    ['all files are gone', false, () => base.removeFolderSync('/store/consumequeue')],
    ['a file in the middle is gone', true, () => base.removeSync(queueFile(320))],
    ['a file in the middle is gone', false, () => base.removeSync(queueFile(320))],
    ['the last entry leads elsewhere', false, () => writeAt(base, queueFile(640), 7 * 20 + 8, Buffer.from([0xff]))],
  ])('is finished by the next one: %s, killed: %s', async (name, isKilled, damage) => {
    damage();
    if (isKilled) markKilled(base);
    const { doubted, all } = await operationsOf(base.picture('everything', random));
    const losses: string[] = [];
    // A damaged entry is told from one that was being written as long as the stop before counts as clean.
    for (let stop = name.endsWith('gone') ? 0 : doubted; stop < all; stop += 1) {
      for (const policy of ['nothing', 'scattered', 'everything'] as const) {
        const files = base.picture('everything', random);
        files.fault = ({ index }) => void (index === stop && files.halt());
        await countIn(files).catch(() => undefined);
        const count = await countIn(files.crash(policy, random));
        if (count < COUNT) losses.push(`${count} messages are left after operation ${stop}, ${policy}`);
      }
    }
    expect(losses).toEqual([]);
  });

  it.each([
    ['all files are gone', () => base.removeFolderSync('/store/index')],
    ['the first file is too short', () => shorten(`/store/index/${base.listSync('/store/index')[0] ?? ''}`)],
  ])('builds the index again with the next one: %s', async (_, damage) => {
    damage();
    markKilled(base);
    const whole = base.picture('everything', random);
    expect(await keyCountIn(whole)).toBe(COUNT + OTHERS);
    const losses: string[] = [];
    for (let stop = 0; stop < whole.operationCount; stop += 1) {
      const files = base.picture('everything', random);
      files.fault = ({ index }) => void (index === stop && files.halt());
      await keyCountIn(files).catch(() => undefined);
      const count = await keyCountIn(files.crash('everything', random));
      if (count < COUNT + OTHERS) losses.push(`${count} messages are found after operation ${stop}`);
    }
    expect(losses).toEqual([]);
  });
});
