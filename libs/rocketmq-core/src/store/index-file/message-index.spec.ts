import { FakeClock } from '../../../testing/fake-clock.js';
import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { SeededRandom } from '../../../testing/seeded-random.js';
import { SlowReadFileSystem } from '../../../testing/slow-read-file-system.js';
import { silentLogger } from '../../runtime/index.js';
import type { DispatchRequest } from '../dispatch/builders.js';
import { indexHash } from './index-keys.js';
import { indexFileSize } from './index-layout.js';
import { MessageIndex } from './message-index.js';

const SIZES = { slotCount: 16, entryCount: 8 };
const NOW = 1_700_000_000_000;
const FOREVER = { beginMs: 0, endMs: Number.MAX_SAFE_INTEGER };

function indexOn(disk: MemoryFileSystem, sizes = SIZES): MessageIndex {
  return new MessageIndex({ ...sizes, files: disk, clock: new FakeClock(), logger: silentLogger, folder: '/index' });
}

function newDisk(): MemoryFileSystem {
  const disk = new MemoryFileSystem();
  disk.makeFolderSync('/index');
  return disk;
}

const record = (n: number, properties: string, more: Partial<DispatchRequest> = {}): DispatchRequest => ({
  ...{ topic: 'orders', queueId: 0, queueOffset: n, physicalOffset: n * 100, size: 100, tagsCode: 0 },
  ...{ storeTimestamp: NOW + n * 1000, sysFlag: 0, properties },
  ...more,
});
const keyed = (n: number, key = `k${n}`) => record(n, `KEYS\u0001${key}\u0002`);

async function find(index: MessageIndex, key: string, window = FOREVER, type: 'key' | 'unique' | 'tag' = 'key'): Promise<number[]> {
  const found: number[] = [];
  for await (const at of index.select({ keyHash: indexHash('orders', key, type), ...window })) found.push(at);
  return found;
}

async function stopped(index: MessageIndex): Promise<void> {
  expect(await index.flush()).toBe(true);
  index.close();
}

describe('the message index', () => {
  it('finds a record by its id, by each of its keys and by its tags', async () => {
    const index = indexOn(newDisk());
    index.add(record(1, 'UNIQ_KEY\u0001id\u0002KEYS\u0001a b\u0002TAGS\u0001t\u0002'));
    expect(await find(index, 'id', FOREVER, 'unique')).toEqual([100]);
    expect(await find(index, 'a')).toEqual([100]);
    expect(await find(index, 'b')).toEqual([100]);
    expect(await find(index, 't', FOREVER, 'tag')).toEqual([100]);
    expect(await find(index, 't')).toEqual([]);
  });

  it('answers the newest first, across files', async () => {
    const disk = newDisk();
    const index = indexOn(disk);
    for (let n = 1; n <= 20; n++) index.add(keyed(n, 'same'));
    expect(await find(index, 'same')).toEqual(Array.from({ length: 20 }, (_, i) => (20 - i) * 100));
    expect(disk.listSync('/index')).toHaveLength(3);
    await stopped(index);
  });

  it('looks only at the time that was asked for', async () => {
    const index = indexOn(newDisk());
    for (let n = 1; n <= 20; n++) index.add(keyed(n, 'same'));
    expect(await find(index, 'same', { beginMs: NOW + 5000, endMs: NOW + 6000 })).toEqual([600, 500]);
  });

  it('opens no file for a search that goes on after it is closed', async () => {
    const disk = new SlowReadFileSystem();
    disk.makeFolderSync('/index');
    const index = indexOn(disk);
    for (let n = 1; n < 12; n += 1) index.add(keyed(n, 'shared'));
    await index.flush();
    const letGo = disk.holdReads();
    const search = find(index, 'shared');
    await new FakeClock().settle();
    index.close();
    letGo();
    // The read that was under way ends.
    expect(await search).toEqual([1100]);
    expect(disk.begun).toHaveLength(1);
  });

  it('leaves rolled-back transactions out', async () => {
    const index = indexOn(newDisk());
    index.add(record(1, 'KEYS\u0001k\u0002', { sysFlag: 0x3 << 2 }));
    expect(await find(index, 'k')).toEqual([]);
  });

  it.each([
    ['a clean stop', Infinity],
    ['a crash', 0],
  ])('finds everything again after %s, and goes on', async (_, durableUpTo) => {
    const disk = newDisk();
    const before = indexOn(disk);
    for (let n = 1; n <= 20; n++) before.add(keyed(n));
    await stopped(before);
    const after = indexOn(disk);
    const { resumeAt, hasDropped } = after.load(10_000, { timestamp: durableUpTo, physicalOffset: -1, isKeyOf: () => true });
    expect(hasDropped).toBe(false);
    expect(resumeAt).toBe(durableUpTo === 0 ? 2000 : 2001);
    for (let n = 1; n <= 25; n++) after.add(keyed(n));
    for (let n = 1; n <= 25; n++) expect(await find(after, `k${n}`)).toEqual([n * 100]);
    expect(after.lastUpdate).toEqual({ timestamp: NOW + 25_000, physicalOffset: 2500 });
  });

  it.each([
    ['misses a part of itself', -1, false, 500],
    ['may miss a neighbour', -1, true, 600],
    ['is known to be complete', 600, true, 601],
  ])('goes on at the right record when the last entry %s', (_, physicalOffset, isLastWhole, resumeAt) => {
    const disk = newDisk();
    const before = indexOn(disk);
    for (let n = 1; n <= 6; n++) before.add(keyed(n));
    before.drain();
    const isKeyOf = (at: number) => isLastWhole || at < 600;
    expect(indexOn(disk.restart()).load(10_000, { timestamp: 0, physicalOffset, isKeyOf }).resumeAt).toBe(resumeAt);
  });

  it('takes in what a killed process has written without its slots', async () => {
    const disk = newDisk();
    const before = indexOn(disk);
    for (let n = 1; n <= 6; n++) before.add(keyed(n));
    before.drain();
    const after = indexOn(disk.restart());
    expect(after.load(10_000, { timestamp: 0, physicalOffset: -1, isKeyOf: () => true }).resumeAt).toBe(600);
    after.add(keyed(6));
    for (let n = 1; n <= 6; n++) expect(await find(after, `k${n}`)).toEqual([n * 100]);
  });

  it.each([
    ['when nobody knows what is durable', -1, 1900],
    ['behind what is durable', 1500, 1501],
  ])('takes a record from the log again whose entry was torn between two sectors, %s', async (_, physicalOffset, resumeAt) => {
    const disk = newDisk();
    const sizes = { slotCount: 16, entryCount: 64 };
    const before = indexOn(disk, sizes);
    for (let n = 1; n <= 30; n++) before.add(keyed(n));
    before.drain();
    const [name] = disk.listSync('/index');
    const handle = disk.openSync(`/index/${name ?? ''}`, 'write');
    // Entry 20 lies at 504.
    handle.writeSync(Buffer.alloc(4), 504);
    handle.closeSync();
    const after = indexOn(disk.restart(), sizes);
    const isKeyOf = (at: number, keyHash: number) => keyHash === indexHash('orders', `k${at / 100}`, 'key');
    expect(after.load(10_000, { timestamp: 0, physicalOffset, isKeyOf }).resumeAt).toBe(resumeAt);
    for (let n = 15; n <= 30; n++) after.add(keyed(n));
    for (let n = 1; n <= 30; n++) expect(await find(after, `k${n}`)).toEqual([n * 100]);
  });

  it('does not take an entry without its offset for an old one', async () => {
    const disk = newDisk();
    const before = indexOn(disk);
    for (let n = 1; n <= 4; n++) before.add(keyed(n));
    before.drain();
    const [name] = disk.listSync('/index');
    const handle = disk.openSync(`/index/${name ?? ''}`, 'write');
    // Of entry 4 the offset is 320 instead of 400.
    handle.writeSync(Buffer.from([0x01, 0x40]), 40 + 16 * 4 + 4 * 20 + 10);
    handle.closeSync();
    const after = indexOn(disk.restart());
    const isKeyOf = (at: number, keyHash: number) => keyHash === indexHash('orders', `k${at / 100}`, 'key');
    expect(after.load(10_000, { timestamp: 0, physicalOffset: 350, isKeyOf }).resumeAt).toBe(301);
    after.add(keyed(4));
    for (let n = 1; n <= 4; n++) expect(await find(after, `k${n}`)).toEqual([n * 100]);
  });

  it('leaves nothing behind its end that the next crash would take for entries', () => {
    const disk = newDisk();
    const before = indexOn(disk);
    for (let n = 1; n <= 6; n++) before.add(keyed(n));
    before.drain();
    const next = disk.restart();
    indexOn(next).load(10_000, { timestamp: 0, physicalOffset: 300, isKeyOf: () => true });
    expect(indexOn(next.restart()).load(10_000, { timestamp: 0, physicalOffset: -1, isKeyOf: () => true }).resumeAt).toBe(300);
  });

  it('finds all of a full file whose header is older than its last entries', async () => {
    const disk = newDisk();
    const before = indexOn(disk);
    for (let n = 1; n <= 4; n++) before.add(keyed(n));
    expect(await before.flush()).toBe(true);
    for (let n = 5; n <= 12; n++) before.add(keyed(n));
    const [first] = disk.listSync('/index');
    before.drain();
    disk.fault = ({ kind, path }) => (kind === 'write' && path === `/index/${first ?? ''}` ? 'ENOSPC' : undefined);
    expect(await before.flush()).toBe(false);
    disk.fault = undefined;
    const after = indexOn(disk.restart());
    const { resumeAt } = after.load(10_000, { timestamp: NOW + 4000, physicalOffset: -1, isKeyOf: () => true });
    for (let n = 1; n <= 12; n++) if (n * 100 >= resumeAt) after.add(keyed(n));
    for (let n = 1; n <= 12; n++) expect(await find(after, `k${n}`)).toEqual([n * 100]);
  });

  it('does not take a file for durable because its messages came in the same millisecond', async () => {
    const disk = newDisk();
    const before = indexOn(disk);
    const at = (n: number) => record(n, `KEYS\u0001k${n}\u0002`, { storeTimestamp: NOW });
    for (let n = 1; n <= 3; n++) before.add(at(n));
    expect(await before.flush()).toBe(true);
    for (let n = 4; n <= 12; n++) before.add(at(n));
    before.drain();
    const [first = ''] = disk.listSync('/index');
    // Its header is written, its slots are not.
    let writes = 0;
    disk.fault = ({ kind, path }) => (kind === 'write' && path === `/index/${first}` && (writes += 1) > 1 ? 'EIO' : undefined);
    expect(await before.flush()).toBe(false);
    disk.fault = undefined;
    const after = indexOn(disk.restart());
    const { resumeAt } = after.load(10_000, { timestamp: NOW, physicalOffset: 300, isKeyOf: () => true });
    expect(resumeAt).toBe(301);
    for (let n = 4; n <= 12; n++) after.add(at(n));
    for (let n = 1; n <= 12; n++) expect(await find(after, `k${n}`)).toEqual([n * 100]);
  });

  it('forgets what lies behind the end of the log', async () => {
    const disk = newDisk();
    const before = indexOn(disk);
    for (let n = 1; n <= 20; n++) before.add(keyed(n, 'same'));
    await stopped(before);
    const after = indexOn(disk);
    after.load(10_000, { timestamp: Infinity, physicalOffset: -1, isKeyOf: () => true });
    after.cutAt(450);
    after.add(keyed(4, 'same'));
    after.add(keyed(5, 'same'));
    expect(await find(after, 'same')).toEqual([500, 400, 300, 200, 100]);
  });

  it('builds files of another size, and those without a header, again', async () => {
    const disk = newDisk();
    const before = indexOn(disk, { slotCount: 4, entryCount: 8 });
    before.add(keyed(1));
    await stopped(before);
    const after = indexOn(disk);
    expect(after.load(10_000, { timestamp: Infinity, physicalOffset: -1, isKeyOf: () => true })).toEqual({ resumeAt: 0, hasDropped: true });
    after.add(keyed(1));
    expect(await find(after, 'k1')).toEqual([100]);
    const [name] = disk.listSync('/index');
    expect(disk.statSync(`/index/${name ?? ''}`)?.size).toBe(indexFileSize(SIZES));
  });

  it('ends a chain that leads in a circle', async () => {
    const disk = newDisk();
    const before = indexOn(disk);
    for (let n = 1; n <= 3; n++) before.add(keyed(n, 'same'));
    await stopped(before);
    const [name] = disk.listSync('/index');
    const handle = disk.openSync(`/index/${name ?? ''}`, 'write');
    handle.writeSync(Buffer.from([0, 0, 0, 3]), 40 + 16 * 4 + 1 * 20 + 16);
    handle.closeSync();
    const after = indexOn(disk);
    after.load(10_000, { timestamp: Infinity, physicalOffset: -1, isKeyOf: () => true });
    expect(await find(after, 'same')).toEqual([300, 200, 100]);
  });

  it('keeps what the disk refuses and leaves no start of a file behind', async () => {
    const disk = newDisk();
    const index = indexOn(disk);
    disk.fault = ({ kind }) => (kind === 'truncate' ? 'ENOSPC' : undefined);
    index.add(keyed(1));
    index.drain();
    expect(disk.listSync('/index')).toEqual([]);
    expect(await index.flush()).toBe(false);
    disk.fault = undefined;
    expect(await find(index, 'k1')).toEqual([100]);
    expect(await index.flush()).toBe(true);
  });

  it('makes the name of a file durable that was made while the folder was synced', async () => {
    const disk = newDisk();
    disk.syncFolderSync('/');
    const index = indexOn(disk);
    index.add(keyed(1));
    const syncFolder = disk.syncFolder.bind(disk);
    disk.syncFolder = async (folder) => {
      await syncFolder(folder);
      disk.syncFolder = syncFolder;
      for (let n = 2; n < 12; n += 1) index.add(keyed(n));
    };
    for (let flush = 0; flush < 2; flush += 1) expect(await index.flush()).toBe(true);
    const names = disk.listSync('/index');
    expect(names).toHaveLength(2);
    expect(disk.crash('nothing', new SeededRandom(1)).listSync('/index')).toEqual(names);
  });

  it('is not vouched for after a failed sync', async () => {
    const disk = newDisk();
    const index = indexOn(disk);
    index.add(keyed(1));
    disk.fault = ({ kind, path }) => (kind === 'sync' && path.startsWith('/index/') ? 'EIO' : undefined);
    expect(await index.flush()).toBe(false);
    disk.fault = undefined;
    expect(await index.flush()).toBe(false);
    expect(await find(index, 'k1')).toEqual([100]);
  });
});
