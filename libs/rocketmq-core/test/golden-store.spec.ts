import { FakeClock } from '../testing/fake-clock.js';
import { MemoryFileSystem } from '../testing/memory-file-system.js';
import { makeStore } from '../testing/store-fixtures.js';
import {
  decodeRecord,
  encodeRecord,
  inspectRecord,
  PropertyName,
  removeProperty,
  SysFlag,
  type InspectedRecord,
} from '../src/protocol/index.js';
import type { MessageDraft, MessageStore } from '../src/store/index.js';
import { goldenBytes, goldenRows, type Release } from './golden-set.js';

interface FileRow {
  readonly name: string;
  readonly kind: string;
  readonly fileSize: number;
  readonly captured: number;
}

const SEGMENT = 4096;
const STORE_TIME_OF_FIRST = 1_700_000_000_000;
const rows = goldenRows<FileRow>('5.5.0', 'files/store.json');
const pathOf = (row: FileRow) => `/${row.name}`;
const ofKind = (kind: string, of = rows) => of.filter((row) => row.kind === kind);

/** The file at its full length. */
function whole(row: FileRow, release: Release = '5.5.0'): Buffer {
  return Buffer.concat([goldenBytes(release, `files/${row.name}`)], row.fileSize);
}

/** All records of a commit log, in the order of their places. */
function recordsOf(segments: readonly FileRow[]): InspectedRecord[] {
  const records: InspectedRecord[] = [];
  segments.forEach((row, index) => {
    const bytes = whole(row);
    for (let at = 0; at < SEGMENT;) {
      const found = inspectRecord(bytes, at, { physicalOffset: index * SEGMENT + at, checkCrc: true });
      if (found.kind === 'end') break;
      if (found.kind === 'blank') {
        expect(at + found.size).toBe(SEGMENT);
        break;
      }
      if (found.kind !== 'record') throw new Error(`${row.name} at ${at}: ${JSON.stringify(found)}`);
      records.push(found);
      at += found.size;
    }
  });
  return records;
}

function draftOf(record: InspectedRecord): MessageDraft {
  const { topic, queueId, flag, sysFlag, bornTimestamp, bornHost, storeHost, reconsumeTimes, preparedTransactionOffset, body } = record;
  const head = { topic, queueId, flag, sysFlag, bornTimestamp, bornHost, storeHost, reconsumeTimes, preparedTransactionOffset };
  return { ...head, body, properties: record.propertiesText, waitForStore: true };
}

function diskWith(files: readonly FileRow[]): MemoryFileSystem {
  const disk = new MemoryFileSystem();
  for (const row of files) place(disk, pathOf(row), whole(row));
  return disk;
}

function place(disk: MemoryFileSystem, path: string, bytes: Buffer): void {
  disk.makeFolderSync(path.slice(0, path.lastIndexOf('/')));
  const handle = disk.openSync(path, 'create');
  handle.writeSync(bytes, 0);
  handle.closeSync();
}

const open = async (disk: MemoryFileSystem, clock = new FakeClock(STORE_TIME_OF_FIRST)) => {
  const store = makeStore(disk, { flushDiskType: 'SYNC_FLUSH' }, { clock });
  await store.open();
  return { store, clock };
};

function expectFile(disk: MemoryFileSystem, row: FileRow): void {
  const ours = disk.readFileSync(pathOf(row));
  expect([row.name, ours?.length]).toEqual([row.name, row.fileSize]);
  expect([row.name, ours?.toString('hex')]).toEqual([row.name, whole(row).toString('hex')]);
}

const INDEX_FOLDER = '/store/index';

/** The one file of the index, whatever its name: that is the time of its making. */
function expectIndex(disk: MemoryFileSystem): void {
  const [row] = ofKind('index');
  const names = disk.listSync(INDEX_FOLDER);
  expect(names).toEqual([expect.stringMatching(/^\d{17}$/)]);
  const ours = disk.readFileSync(`${INDEX_FOLDER}/${names[0] ?? ''}`);
  expect(ours?.toString('hex')).toBe(row && whole(row).toString('hex'));
}

const log = recordsOf(ofKind('commitlog'));
const inQueues = log.filter((record) => (record.sysFlag & SysFlag.TRANSACTION_ROLLBACK) === 0);

async function bodiesOf(store: MessageStore, topic: string, queueId: number): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for (let next = store.minQueueOffset(topic, queueId); next < store.maxQueueOffset(topic, queueId);) {
    const outcome = await store.get({ topic, queueId, queueOffset: next, maxMessages: 32 });
    const bytes = Buffer.concat([...outcome.records]);
    for (let at = 0; at < bytes.length;) {
      const message = decodeRecord(bytes, at);
      found.push(message.body);
      at += message.storeSize;
    }
    expect(outcome.nextBeginOffset).toBeGreaterThan(next);
    next = outcome.nextBeginOffset;
  }
  return found;
}

async function expectAllReadable(store: MessageStore): Promise<void> {
  const queues = new Map(inQueues.map((record) => [`${record.topic} ${record.queueId}`, record]));
  for (const { topic, queueId } of queues.values()) {
    const expected = inQueues.filter((record) => record.topic === topic && record.queueId === queueId).map((record) => record.body);
    const found = await bodiesOf(store, topic, queueId);
    expect(found.map((body) => body.toString('hex'))).toEqual(expected.map((body) => body.toString('hex')));
  }
}

describe('a store that the Java classes closed cleanly', () => {
  it('has records, a blank tail and a second segment', () => {
    expect(log).toHaveLength(12);
    expect(log.at(-1)?.physicalOffset).toBe(SEGMENT);
  });

  it('is opened by ours, read completely and left as it was', async () => {
    const disk = diskWith(rows.filter((row) => row.kind !== 'index' && row.kind !== 'compaction'));
    for (const row of ofKind('index')) place(disk, `${INDEX_FOLDER}/20240101000000000`, whole(row));
    const { store } = await open(disk);
    expect(store.figures()).toMatchObject({ minPhysicalOffset: 0, maxPhysicalOffset: SEGMENT + (log.at(-1)?.size ?? 0) });
    await expectAllReadable(store);
    await store.close();
    for (const row of [...ofKind('commitlog'), ...ofKind('consumequeue')]) expectFile(disk, row);
    expectIndex(disk);
  });

  it('gets its queues and its index rebuilt byte by byte when nothing but the log is left', async () => {
    const disk = diskWith(ofKind('commitlog'));
    place(disk, '/store/abort', Buffer.from('1'));
    const { store } = await open(disk);
    await expectAllReadable(store);
    await store.close();
    for (const row of [...ofKind('commitlog'), ...ofKind('consumequeue')]) expectFile(disk, row);
    expectIndex(disk);
  });

  it('of 5.3.3 differs in the checkpoint alone', () => {
    const older = goldenRows<FileRow>('5.3.3', 'files/store.json').map((row) => row.kind);
    expect(older).toEqual(['checkpoint', 'index']);
  });
});

describe('a store of ours that is given the same messages', () => {
  it('writes the same files', async () => {
    const disk = new MemoryFileSystem();
    const { store, clock } = await open(disk);
    for (const together of byStoreTime(log)) {
      clock.jump((together[0]?.storeTimestamp ?? 0) - clock.now());
      await append(store, together.map(draftOf));
    }
    await store.close();
    for (const row of [...ofKind('commitlog'), ...ofKind('consumequeue')]) expectFile(disk, row);
    expectIndex(disk);
    forgetIndexTime(disk);
    for (const row of ofKind('checkpoint')) expectFile(disk, row);
  });

  /** Java stamps it when an index file is full, ours with every checkpoint. */
  function forgetIndexTime(disk: MemoryFileSystem): void {
    const handle = disk.openSync('/store/checkpoint', 'write');
    handle.writeSync(Buffer.alloc(8), 16);
    handle.closeSync();
  }

  /** Messages of one batch have one store time, all others a time of their own. */
  function byStoreTime(records: readonly InspectedRecord[]): InspectedRecord[][] {
    const times = [...new Set(records.map((record) => record.storeTimestamp))];
    return times.map((time) => records.filter((record) => record.storeTimestamp === time));
  }

  async function append(store: MessageStore, drafts: readonly MessageDraft[]): Promise<void> {
    const [first] = drafts;
    if (first === undefined) return;
    const outcome = drafts.length === 1 ? await store.append(first) : await store.appendBatch({ ...first, messages: drafts });
    expect(outcome.kind).toBe('ok');
  }
});

describe('records with a checksum over the whole of them', () => {
  const records = recordsOf(ofKind('commitlog', goldenRows<FileRow>('5.5.0', 'files/store-options.json')));

  it('are verified and written back byte by byte', () => {
    expect(records).toHaveLength(4);
    for (const record of records) {
      expect(record.property(PropertyName.CRC32)).toMatch(/^\d{10}$/);
      const target = Buffer.alloc(record.size);
      const properties = removeProperty(record.propertiesText, PropertyName.CRC32);
      const place = { queueOffset: record.queueOffset, physicalOffset: record.physicalOffset, storeTimestamp: record.storeTimestamp };
      encodeRecord(target, 0, { ...draftOf(record), properties }, { ...place, appendPropertyCrc: true });
      expect(target.toString('hex')).toBe(record.bytes.toString('hex'));
    }
  });

  it('are refused when one bit is wrong', () => {
    for (const record of records) {
      for (const at of [13, 45, record.size - 30]) {
        const damaged = Buffer.from(record.bytes);
        damaged.writeUInt8((damaged[at] ?? 0) ^ 1, at);
        expect(inspectRecord(damaged, 0, { checkCrc: true }).kind).toBe('damaged');
      }
    }
  });
});
