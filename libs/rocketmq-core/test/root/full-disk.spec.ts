import { jest } from '@jest/globals';
import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PropertyName } from '../../src/protocol/index.js';
import { NodeFileSystem } from '../../src/runtime/index.js';
import type { MessageStore, StoreConfig } from '../../src/store/index.js';
import { messageDraft } from '../../testing/store-fixtures.js';
import { Disks, type Disk } from './disks.js';
import { readBack, readQueues, realStore, type Queue } from './read-back.js';

const MIB = 1024 * 1024;
const DISK_MIB = 32;
/** What the ballast leaves of the disk. */
const ROOM = 5 * MIB;
const BODY_SIZE = 3000;
const AT_ONCE = 8;
const APPENDS_ON_FULL_DISK = 200;

/** Says that there is room, so that the store goes on to the last byte, where the system refuses. */
class Unmeasured extends NodeFileSystem {
  override spaceSync(): { total: number; free: number } {
    return { total: 100, free: 100 };
  }
}

jest.setTimeout(60_000);

describe('a full disk', () => {
  let disks: Disks | undefined;
  beforeAll(async () => (disks = await Disks.make()));
  afterAll(() => disks?.dispose());

  const queues: Queue[] = [
    { topic: 'Known', queueId: 0 },
    { topic: 'Known', queueId: 1 },
    { topic: 'NewOnFullDisk', queueId: 0 },
  ];
  let promised: Map<string, string>;
  let count = 0;
  beforeEach(() => (promised = new Map<string, string>()));

  const cases = (['tmpfs', 'ext4'] as const).flatMap((kind) =>
    (['SYNC_FLUSH', 'ASYNC_FLUSH'] as const).map((flush) => [kind, flush] as const),
  );
  it.each(cases)('refuses appends, loses nothing and goes on when there is room again (%s, %s)', async (kind, flushDiskType) => {
    if (disks === undefined) throw new Error('no disks');
    const disk = kind === 'tmpfs' ? disks.tmpfs(DISK_MIB) : await disks.ext4(DISK_MIB);
    await disk.mount();
    const config: Partial<StoreConfig> = {
      storePathRootDir: join(disk.path, 'store'),
      flushDiskType,
      mappedFileSizeCommitLog: MIB,
      mappedFileSizeConsumeQueue: 20 * 100,
      flushIntervalCommitLog: 10,
      flushIntervalConsumeQueue: 10,
      flushConsumeQueueThoroughInterval: 50,
    };
    const ballast = fill(disk);
    const store = realStore(config, undefined, new Unmeasured());
    await store.open();
    try {
      const refusal = await appendUntilRefused(store);
      expect(refusal).toMatchObject({ kind: 'not-writable', reason: expect.stringContaining('ENOSPC') as string });
      let refused = 0;
      for (let i = 0; i < APPENDS_ON_FULL_DISK; i += 1) {
        const outcome = await append(store, queues[i % queues.length]);
        if (outcome.kind !== 'ok') refused += 1;
      }
      expect(refused).toBeGreaterThan(APPENDS_ON_FULL_DISK / 2);
      expect(store.status).toEqual({ kind: 'running' });
      rmSync(ballast);
      for (const queue of queues) expect(await append(store, queue)).toMatchObject({ kind: 'ok' });
      expectPromises(await readQueues(store, queues));
    } finally {
      await store.close();
    }
    expectPromises(await readBack(config, queues));
    await disk.unmount();
  });

  async function append(store: MessageStore, queue: Queue = { topic: 'Known', queueId: 0 }) {
    const key = String((count += 1));
    const outcome = await store.append(
      messageDraft({ ...queue, body: Buffer.alloc(BODY_SIZE, key), properties: `KEYS\u0001${key}\u0002` }),
    );
    if (outcome.kind === 'ok') promised.set(key, `${queue.topic}/${queue.queueId} at ${outcome.queueOffset}`);
    return outcome;
  }

  async function appendUntilRefused(store: MessageStore) {
    for (;;) {
      const outcomes = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => append(store, queues[i % 2])));
      const refusal = outcomes.find(({ kind }) => kind !== 'ok');
      if (refusal !== undefined) return refusal;
    }
  }

  function expectPromises({ messages, faults }: Awaited<ReturnType<typeof readQueues>>): void {
    const there = new Map(
      messages.map(({ topic, queueId, queueOffset, properties }) => [
        properties.get(PropertyName.KEYS) ?? '',
        `${topic}/${queueId} at ${queueOffset}`,
      ]),
    );
    expect(faults).toEqual([]);
    expect(messages.filter(({ body, properties }) => !body.equals(Buffer.alloc(BODY_SIZE, properties.get(PropertyName.KEYS))))).toEqual([]);
    expect(there).toEqual(promised);
    expect(there.size).toBe(messages.length);
  }
});

/** Leaves little room. @returns the file to remove */
function fill(disk: Disk): string {
  const path = join(disk.path, 'ballast');
  const { free } = new NodeFileSystem().spaceSync(disk.path);
  writeFileSync(path, Buffer.alloc(free - ROOM, 1));
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
  return path;
}
