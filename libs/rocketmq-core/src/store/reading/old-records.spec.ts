import { jest } from '@jest/globals';
import { SlowReadFileSystem } from '../../../testing/slow-read-file-system.js';
import { encodeRecord, recordSize } from '../../protocol/index.js';
import { silentLogger, SystemClock } from '../../runtime/index.js';
import { CommitLog } from '../commit-log/commit-log.js';
import { StoreHealth } from '../store-health.js';
import { CHUNK_SIZE } from './chunk-table.js';
import type { Extent } from './entry-selection.js';
import { OldRecords } from './old-records.js';
import { ReadGate } from './read-gate.js';
import type { Records } from './span-records.js';

const host = { ip: Buffer.from([127, 0, 0, 1]), port: 1 };
const content = (body: Buffer) => ({
  ...{ topic: 'T', queueId: 0, flag: 0, sysFlag: 0, bornTimestamp: 1, bornHost: host, storeHost: host, reconsumeTimes: 0 },
  ...{ preparedTransactionOffset: 0, body, properties: '' },
});
const SEGMENT_SIZE = 64 * CHUNK_SIZE;
const RUNNING_MAX = 2;
/** So that 16 records fill a chunk. */
const BODY_SIZE = CHUNK_SIZE / 16 - recordSize(content(Buffer.alloc(0)));
const clock = new SystemClock();
/** After everything that ends by itself. */
async function settled() {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => clock.nextTurn(resolve));
}

/** A log of `count` records of the same size, all old, and what reads them. */
function oldLog(count: number, bodySize = BODY_SIZE) {
  const files = new SlowReadFileSystem();
  const log = new CommitLog({
    ...{ files, logger: silentLogger, health: new StoreHealth(silentLogger), folder: '/log', segmentSize: SEGMENT_SIZE },
  });
  log.segments.create();
  const extents: Extent[] = [];
  let at = 0;
  for (let i = 0; i < count; i += 1) {
    const one = content(Buffer.alloc(bodySize, i));
    const bytes = Buffer.alloc(recordSize(one));
    encodeRecord(bytes, 0, one, { queueOffset: i, physicalOffset: at, storeTimestamp: 1 });
    log.segments.writeSync(bytes, at);
    extents.push({ physicalOffset: at, size: bytes.length });
    at += bytes.length;
  }
  log.startAt(at);
  const gate = new ReadGate(RUNNING_MAX);
  return { files, log, extents, records: new OldRecords({ log, gate, recentFrom: () => at }) };
}

const bytesOf = (parts: readonly Records[]) => Buffer.concat(parts.flatMap(({ buffers }) => buffers));
const release = (parts: readonly Records[]) => parts.forEach((part) => part.release?.());

describe('OldRecords', () => {
  it('blocks nobody: nothing is read synchronously, and the turn ends before the disk has answered', async () => {
    const { files, extents, records } = oldLog(32);
    files.onReadSync = (path) => {
      throw new Error(`${path} was read synchronously`);
    };
    const letGo = files.holdReads();
    let isRead = false;
    const read = Promise.resolve(records.read(extents.slice(0, 4))).then(() => (isRead = true));
    await settled();
    expect([isRead, files.running]).toEqual([false, 1]);
    letGo();
    expect(await read).toBe(true);
  });

  it('costs a single look what it asks for', async () => {
    const { files, extents, records } = oldLog(64);
    await records.read(extents.slice(3, 5));
    expect(files.begun).toMatchObject([{ position: 3 * (CHUNK_SIZE / 16), length: CHUNK_SIZE / 8 }]);
  });

  it('reads the next chunk while the present one is sent', async () => {
    const { files, extents, records } = oldLog(64);
    release(await records.read(extents.slice(0, 4)));
    release(await records.read(extents.slice(4, 8)));
    await settled();
    const chunks = files.begun.slice(1).map(({ position, length }) => [position / CHUNK_SIZE, length]);
    expect(chunks).toEqual([
      [0, CHUNK_SIZE],
      [1, CHUNK_SIZE],
    ]);
    for (const from of [8, 12, 16]) {
      const parts = records.read(extents.slice(from, from + 4));
      expect(parts).not.toBeInstanceOf(Promise);
      release(await parts);
    }
    await settled();
    expect(files.begun.at(-1)).toMatchObject({ position: 2 * CHUNK_SIZE, length: CHUNK_SIZE });
    expect(files.begun).toHaveLength(4);
  });

  it('hands neighbours out as one slice of what was read', async () => {
    const { log, extents, records } = oldLog(64);
    await records.read(extents.slice(0, 4));
    const first = await records.read(extents.slice(4, 8));
    const second = await records.read(extents.slice(4, 12));
    expect([first, second].map((parts) => parts.map(({ buffers }) => buffers.length))).toEqual([[1], [1]]);
    expect(second[0]?.buffers[0]?.buffer).toBe(first[0]?.buffers[0]?.buffer);
    expect(bytesOf(second).equals(log.readSync(CHUNK_SIZE / 4, (3 * CHUNK_SIZE) / 4))).toBe(true);
  });

  it('copies together what lies apart', async () => {
    const { log, extents, records } = oldLog(64);
    const odd = extents.slice(0, 12).filter((_, i) => i % 2 === 1);
    await records.read(odd);
    const parts = await records.read(odd);
    expect(parts.map(({ buffers, count }) => [buffers.length, count])).toEqual([[1, 6]]);
    const expected = odd.map(({ physicalOffset, size }) => log.readSync(physicalOffset, physicalOffset + size));
    expect(bytesOf(parts).equals(Buffer.concat(expected))).toBe(true);
  });

  it('answers records across the border of two chunks in their order', async () => {
    const { log, extents, records } = oldLog(60, BODY_SIZE + 1000);
    for (let round = 0; round < 3; round += 1) {
      for (let from = 0; from + 8 <= extents.length; from += 8) {
        const parts = await records.read(extents.slice(from, from + 8));
        const [first, last] = [extents[from], extents[from + 7]];
        const expected = log.readSync(first?.physicalOffset ?? -1, (last?.physicalOffset ?? -1) + (last?.size ?? 0));
        expect(bytesOf(parts).equals(expected)).toBe(true);
        expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(8);
        release(parts);
      }
    }
  });

  it('never runs more reads at once than it may, whoever asks', async () => {
    const { files, extents, records } = oldLog(600);
    const letGo = files.holdReads();
    const reads = Array.from({ length: 100 }, async (_, i) => records.read(extents.slice(6 * i, 6 * i + 6).filter((__, at) => at !== 3)));
    await settled();
    expect(files.running).toBe(RUNNING_MAX);
    letGo();
    for (const parts of await Promise.all(reads)) expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    expect(files.runningMost).toBe(RUNNING_MAX);
  });

  it('keeps 32 chunks at most, however many consumers read in different places', async () => {
    const { extents, records } = oldLog(16 * 60);
    const places = Array.from({ length: 60 }, (_, i) => extents.slice(16 * i, 16 * i + 4));
    const memories = new Set<ArrayBufferLike>();
    const readAt = async (place: readonly Extent[]) => {
      const parts = await records.read(place);
      for (const { buffer } of parts.flatMap(({ buffers }) => buffers)) if (buffer.byteLength === CHUNK_SIZE) memories.add(buffer);
      release(parts);
    };
    for (const place of [...places, ...places, ...places]) {
      await readAt(place);
      await readAt(place);
    }
    expect(memories.size).toBeGreaterThan(10);
    expect(memories.size).toBeLessThanOrEqual(32);
  });

  it('tells of a disk that refuses, and reads again afterwards', async () => {
    const { log, extents, records } = oldLog(32);
    await records.read(extents.slice(0, 4));
    const refusing = jest.spyOn(log.segments, 'read').mockRejectedValue(new Error('EIO'));
    await expect(records.read(extents.slice(4, 8))).rejects.toThrow('EIO');
    refusing.mockRestore();
    expect(bytesOf(await records.read(extents.slice(4, 8))).equals(log.readSync(CHUNK_SIZE / 4, CHUNK_SIZE / 2))).toBe(true);
  });
});
