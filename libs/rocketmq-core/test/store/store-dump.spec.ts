import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { javaHashCode } from '../../src/protocol/index.js';
import { NodeFileSystem, silentLogger } from '../../src/runtime/index.js';
import {
  printStoreFile,
  storeFileKind,
  storeFileKinds,
  TimerFiles,
  verifyStore,
  type Finding,
  type StoreFileKind,
} from '../../src/store/index.js';
import { cleanStore, flipBit, writeAt } from '../../testing/disk-pictures.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { makeStore, messageDraft } from '../../testing/store-fixtures.js';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { compileCore } from '../crash-process/compiled-core.js';
import { goldenBytes, goldenRows } from '../golden-set.js';

interface FileRow {
  readonly name: string;
  readonly kind: string;
  readonly fileSize: number;
}

const indexSizes = { slotCount: 16, entryCount: 32 };
const GOLDEN_INDEX = '20240101000000000';
const rows = goldenRows<FileRow>('5.5.0', 'files/store.json').filter(({ kind }) => kind !== 'compaction');
const DAMAGED_LOG = '/store/commitlog/00000000000000000000';

function goldenDisk(): MemoryFileSystem {
  const disk = new MemoryFileSystem();
  for (const { name, fileSize } of rows) {
    const path = `/${name}`.replace('index/file', `index/${GOLDEN_INDEX}`);
    disk.makeFolderSync(disk.folderOf(path));
    writeAt(disk, path, 0, Buffer.concat([goldenBytes('5.5.0', `files/${name}`)], fileSize));
  }
  return disk;
}

function verify(files: MemoryFileSystem) {
  const findings: Finding[] = [];
  const result = verifyStore({ files, root: '/store', indexSizes, timerPrecisionMs: 1000, onFinding: (finding) => findings.push(finding) });
  return { result, findings };
}

const printed = (files: MemoryFileSystem, path: string, kind?: StoreFileKind) => [...printStoreFile({ files, path, kind, indexSizes })];
const golden = (name: string) => printed(goldenDisk(), `/${name}`);

/** Messages of two queues with ids and tags, in several files of each kind; one is waiting in the timer. */
async function ourDisk(): Promise<MemoryFileSystem> {
  const files = new MemoryFileSystem();
  const store = makeStore(files, { flushDiskType: 'SYNC_FLUSH' }, { clock: new FakeClock() });
  await store.open();
  const timer = new TimerFiles({
    files,
    logger: silentLogger,
    root: '/store',
    precisionMs: 1000,
    logFileSize: 52 * 4,
    rollWindowSlots: 3600,
  });
  for (let i = 0; i < 60; i += 1) {
    const properties = `UNIQ_KEY\u0001id${i}\u0002KEYS\u0001k${i} all\u0002TAGS\u0001${i % 2 === 0 ? 'even' : 'odd'}\u0002`;
    const outcome = await store.append(messageDraft({ queueId: i % 2, properties, body: Buffer.alloc(i * 3, i) }));
    if (!('physicalOffset' in outcome)) throw new Error(JSON.stringify(outcome));
    const { physicalOffset } = outcome;
    const size = store.recordAt(physicalOffset)?.length ?? 0;
    const place = { physicalOffset, size, topicHash: javaHashCode('TopicTest') };
    if (i % 10 === 0) timer.add({ outMs: 1_800_000_000_000 + (i % 20) * 100, writeTimeMs: 1_799_999_999_000, isDelete: false, ...place });
  }
  await timer.flush({ readTimeMs: 1_799_999_999_000, queueOffset: 6 }, () => store.flush(), 1_799_999_999_000);
  timer.close();
  await store.close();
  const config = {
    'topics.json':
      '{"dataVersion":{"counter":1,"stateVersion":0,"timestamp":1},"topicConfigTable":{"TopicTest":{"topicName":"TopicTest"}}}',
    'consumerOffset.json': '{"offsetTable":{"TopicTest@group":{0:30,1:7}}}',
  };
  for (const [name, text] of Object.entries(config)) writeAt(files, `/store/config/${name}`, 0, Buffer.from(text));
  return files;
}

describe('a store that fits', () => {
  it('is Apache’s', () => {
    const { result, findings } = verify(goldenDisk());
    expect(findings).toEqual([]);
    expect(result).toMatchObject({ records: 12, queueEntries: 11, indexEntries: 16, logBegin: 0 });
  });

  it('is one of ours, after a clean stop', async () => {
    const { result, findings } = verify(await ourDisk());
    expect(findings).toEqual([]);
    expect(result).toMatchObject({ findings: 0, records: 60, queueEntries: 60, indexEntries: 240, timerUnits: 6 });
  });

  it('is one of ours whose topic was deleted and made again', async () => {
    const files = new MemoryFileSystem();
    const store = makeStore(files);
    await store.open();
    for (let i = 0; i < 5; i += 1) await store.append(messageDraft());
    store.removeTopic('TopicTest');
    for (let i = 0; i < 2; i += 1) await store.append(messageDraft());
    await store.close();
    expect(verify(files).findings).toEqual([]);
  });
});

const at = (file: string, offset: unknown, problem: RegExp): unknown =>
  expect.objectContaining({ file, offset, problem: expect.stringMatching(problem) as string });
const entry7 = (files: MemoryFileSystem) => files.listSync('/store/consumequeue/TopicTest/0')[0] ?? '';
type Damage = (files: MemoryFileSystem) => unknown;
const damages: readonly (readonly [string, Damage, Damage])[] = [
  ['the body of a message', (files) => flipBit(files, DAMAGED_LOG, 500), () => at(DAMAGED_LOG, expect.any(Number), /no valid record/)],
  [
    'an entry of a queue',
    (files) => flipBit(files, `/store/consumequeue/TopicTest/0/${entry7(files)}`, 7 * 20 + 7),
    (files) => at(`/store/consumequeue/TopicTest/0/${entry7(files)}`, 140, /^entry 7 leads to/),
  ],
  [
    'the tags code of an entry',
    (files) => flipBit(files, `/store/consumequeue/TopicTest/0/${entry7(files)}`, 19),
    (files) => at(`/store/consumequeue/TopicTest/0/${entry7(files)}`, 0, /tags code/),
  ],
  [
    'a file of a queue that is gone',
    (files) => files.removeSync('/store/consumequeue/TopicTest/1/00000000000000000320'),
    () => at('/store/consumequeue/TopicTest/1/00000000000000000000', 320, /^no entry 16 for the message at/),
  ],
  [
    'a queue that is gone',
    (files) => files.removeFolderSync('/store/consumequeue/TopicTest/1'),
    () => at(DAMAGED_LOG, expect.any(Number), /queue 1 of TopicTest/),
  ],
  [
    'a segment that is gone',
    (files) => files.removeSync('/store/commitlog/00000000000000004096'),
    () => at('/store/commitlog/00000000000000008192', 0, /a file is missing/),
  ],
  [
    'a segment that is too short',
    (files) => files.openSync(DAMAGED_LOG, 'write').truncateSync(4000),
    () => at('/store/commitlog/00000000000000004096', 4096, /4096 bytes/),
  ],
  [
    'bytes behind the end',
    (files) => writeAt(files, '/store/consumequeue/TopicTest/0/00000000000000000320', 300, Buffer.from([1])),
    () => at('/store/consumequeue/TopicTest/0/00000000000000000320', 300, /behind the end/),
  ],
  ['the hash of a key', (files) => flipBit(files, indexOf(files), 104 + 20 + 3), (files) => at(indexOf(files), 124, /of no key/)],
  ['the link of a key', (files) => flipBit(files, indexOf(files), 104 + 20 + 19), (files) => at(indexOf(files), 140, /links to 1/)],
  [
    'a slot',
    (files) => writeAt(files, indexOf(files), 40, Buffer.alloc(64)),
    (files) => at(indexOf(files), expect.any(Number), /^slot \d+ leads to entry 0/),
  ],
  [
    'an index file that is gone',
    (files) => files.removeSync(`/store/index/${files.listSync('/store/index')[1] ?? ''}`),
    (files) =>
      at(`/store/index/${files.listSync('/store/index')[2] ?? ''}`, expect.any(Number), /^\d keys of the message at \d+ are not here/),
  ],
  ['a checkpoint ahead of the log', (files) => flipBit(files, '/store/checkpoint', 42), () => at('/store/checkpoint', 40, /vouches/)],
  [
    'a checkpoint of the future',
    (files) => writeAt(files, '/store/checkpoint', 2, Buffer.from([9])),
    () => at('/store/checkpoint', 0, /knows a message/),
  ],
  [
    'a link of the timer log',
    (files) => flipBit(files, '/store/timerlog/00000000000000000208', 11),
    () => at('/store/timerlog/00000000000000000208', expect.any(Number), /links/),
  ],
  [
    'the place of a message that waits',
    (files) => flipBit(files, '/store/timerlog/00000000000000000000', 35),
    () => at('/store/timerlog/00000000000000000000', 0, /leads to/),
  ],
  [
    'a slot of the wheel',
    (files) => flipBit(files, '/store/timerwheel', (1_800_000_000 % 1_209_600) * 32 + 23),
    () => at('/store/timerwheel', (1_800_000_000 % 1_209_600) * 32, /leads to/),
  ],
  ['a timer that is ahead', (files) => flipBit(files, '/store/config/timercheck', 10), () => at('/store/config/timercheck', 8, /claims/)],
  [
    'a text of settings',
    (files) => writeAt(files, '/store/config/topics.json', 10, Buffer.alloc(4)),
    () => at('/store/config/topics.json', 0, /not readable/),
  ],
  [
    'progress beyond the end',
    (files) => writeAt(files, '/store/config/consumerOffset.json', 0, Buffer.from('{"offsetTable":{"TopicTest@group":{0:31,1:7}}}')),
    () => at('/store/config/consumerOffset.json', 17, /up to 31, it ends at 30/),
  ],
  [
    'a broker that did not end',
    (files) => writeAt(files, '/store/abort', 0, Buffer.from('1')),
    () => at('/store/abort', 0, /start it and stop it/),
  ],
];
const indexOf = (files: MemoryFileSystem) => `/store/index/${files.listSync('/store/index')[0] ?? ''}`;

describe('a store that does not fit', () => {
  it.each(damages)('names file and offset of %s', async (_, damage, expected) => {
    const files = await ourDisk();
    const wanted = expected(files);
    damage(files);
    expect(verify(files).findings).toContainEqual(wanted);
  });
});

describe('a file in readable form', () => {
  it('shows the records of Apache', () => {
    const lines = golden('store/commitlog/00000000000000004096');
    expect(lines).toEqual([
      expect.stringMatching(/^at=4096 size=\d+ topic=orders queueId=0 queueOffset=6 .*body=\d+ properties=\{/),
      expect.stringMatching(/^end=\d+$/),
    ]);
  });
  it('shows the entries of Apache', () => {
    const lines = golden('store/consumequeue/orders/0/00000000000000000000');
    expect(lines).toHaveLength(8);
    expect(lines.slice(-2)).toEqual([expect.stringMatching(/^offset=6 physicalOffset=4096 size=\d+ tagsCode=-?\d+$/), 'end=7']);
  });
  it('shows the index of Apache', () => {
    const lines = golden(`store/index/${GOLDEN_INDEX}`);
    expect(lines).toHaveLength(17);
    expect(lines[0]).toMatch(/^begin=2023-11-14T22:13:2\S+ end=\S+ .*hashSlotCount=9 indexCount=17$/);
    expect(lines[1]).toMatch(/^entry=1 keyHash=\d+ physicalOffset=0 stored=\S+ previous=0$/);
  });
  it('shows the checkpoint of Apache', () => {
    expect(golden('store/checkpoint')[1]).toMatch(/^logicsMsgTimestamp=2023-11-14T/);
    expect(golden('store/checkpoint')).toHaveLength(6);
  });
  it('shows the timer of Apache', () => {
    const disk = new MemoryFileSystem();
    for (const name of ['00000000000000000000', '00000000000000000186']) {
      disk.makeFolderSync('/store/timerlog');
      writeAt(disk, `/store/timerlog/${name}`, 0, goldenBytes('5.5.0', `files/timer/timerlog/${name}`));
    }
    const lines = printed(disk, '/store/timerlog/00000000000000000000');
    expect(lines).toEqual([...Array<unknown>(3).fill(expect.stringMatching(/^at=\d+ kind=message due=2023-/)), 'end=186']);
    expect(printed(disk, '/store/timerlog/00000000000000000186')[0]).toMatch(/^at=186 kind=delete /);
  });
  it('shows wheel, progress and settings of ours', async () => {
    const files = await ourDisk();
    expect(printed(files, '/store/timerwheel')).toEqual([
      'slots=1209600',
      expect.stringContaining('tick=1800000000 '),
      expect.stringContaining('tick=1800000001 '),
    ]);
    expect(printed(files, '/store/config/timercheck')[0]).toContain('logFlushedPosition=364 queueOffset=6');
    expect(printed(files, '/store/config/consumerOffset.json')).toEqual(['{"offsetTable":{"TopicTest@group":{0:30,1:7}}}']);
  });
  it('says where the records end when they are damaged', async () => {
    const files = await ourDisk();
    flipBit(files, DAMAGED_LOG, 4);
    expect(printed(files, DAMAGED_LOG)).toEqual(['end=0', expect.stringMatching(/^at 0: no valid record/)]);
  });
  it.each([
    ['/s/commitlog/00000000000000000000', 'log'],
    ['/s/consumequeue/t/0/00000000000000000000', 'queue'],
    ['/s/timerlog/00000000000000000000', 'timer-log'],
    ['/s/index/20240101000000000', 'index'],
    ['/s/timerwheel.312', 'timer-wheel'],
    ['/s/config/topics.json.bak', 'text'],
    ['/s/config/delayOffset', undefined],
  ])('knows by its name what %s is', (path, kind) => {
    expect(storeFileKind(path)).toBe(kind);
    expect(kind === undefined || storeFileKinds.some((one) => one === kind)).toBe(true);
  });
});

describe('the command', () => {
  const { folder, remove } = temporaryFolder('store-dump');
  const program = resolve(import.meta.dirname, '../../../../tools/store-dump.mjs');
  const run = (...args: string[]) => spawnSync(process.execPath, [program, '--dist', `${folder}/dist`, ...args], { encoding: 'utf8' });
  const sizes = ['--maxHashSlotNum', '16', '--maxIndexNum', '32'];
  const root = `${folder}/store`;

  beforeAll(async () => {
    await compileCore(`${folder}/dist`);
    await cleanStore({ files: new NodeFileSystem(), config: { storePathRootDir: root }, count: 3 });
  });
  afterAll(remove);

  it('ends well for a store that fits', () => {
    const { status, stdout } = run('--verify', root, ...sizes);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^records=3 queueEntries=3 .*\neverything fits\n$/)]);
  });
  it('does not for another, and says where', () => {
    cpSync(root, `${folder}/damaged`, { recursive: true });
    const log = `${folder}/damaged/commitlog/00000000000000000000`;
    expect(existsSync(log)).toBe(true);
    appendFileSync(log, 'x');
    const { status, stdout } = run('--verify', `${folder}/damaged`, ...sizes);
    expect([status, stdout]).toEqual([1, expect.stringContaining(`${log} at 4096: bytes behind the end`)]);
  });
  it('prints a file', () => {
    const { status, stdout } = run(`${root}/commitlog/00000000000000000000`);
    expect([status, stdout.match(/topic=TopicTest/g)?.length]).toEqual([0, 3]);
  });
  it('refuses what it does not know', () => {
    expect(run().status).toBe(64);
    expect(run('--verify', `${folder}/nowhere`).status).toBe(2);
    expect(run(`${folder}/dist/package.json`, '--kind', 'other').status).toBe(64);
  });
});
