import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { silentLogger } from '../../runtime/index.js';
import { isDelete, isRoll, outMsOf, UNIT_SIZE } from './log-layout.js';
import { decodeTimerCheckpoint } from './timer-checkpoint-file.js';
import { TimerFiles, type TimerEntry } from './timer-files.js';

const NOW = 1_700_000_000_000;
const LOG = '/store/timerlog/00000000000000000000';
const flushNothing = () => Promise.resolve();

function filesOn(disk: MemoryFileSystem, more: { logFileSize?: number; rollWindowSlots?: number; slotsTotal?: number } = {}): TimerFiles {
  return new TimerFiles({
    ...{ files: disk, logger: silentLogger, root: '/store', precisionMs: 1000 },
    ...{ logFileSize: 4096, rollWindowSlots: 500, slotsTotal: 1000, ...more },
  });
}

function newDisk(): MemoryFileSystem {
  const disk = new MemoryFileSystem();
  disk.makeFolderSync('/store/config');
  return disk;
}

const entry = (n: number, more: Partial<TimerEntry> = {}): TimerEntry => ({
  outMs: NOW + 5000,
  writeTimeMs: NOW,
  isDelete: false,
  physicalOffset: n * 100,
  size: 90,
  topicHash: 7,
  ...more,
});
const unitsAt = (timer: TimerFiles, timeMs: number) => timer.chain(timeMs, timer.lastPositionAt(timeMs), Infinity).units.toReversed();
const physicalOffsets = (timer: TimerFiles, timeMs: number) =>
  unitsAt(timer, timeMs).map(({ position }) => timer.unit(position)?.physicalOffset);

describe('the files of the timer', () => {
  it('does not exist before the first message', () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    expect(timer.open(() => undefined)).toBeUndefined();
    expect(timer.nextAt(0, NOW)).toBeUndefined();
    expect(timer.countAt(NOW)).toBe(0);
    expect(disk.listSync('/store')).toEqual(['config']);
    timer.add(entry(1));
    timer.commit();
    expect(disk.statSync('/store/timerwheel')?.size).toBe(1000 * 2 * 32);
    expect(disk.statSync(LOG)?.size).toBe(4096);
    timer.close();
  });

  it('hands the messages of a tick out in the order in which they came', () => {
    const timer = filesOn(newDisk());
    [1, 2, 3].forEach((n) => timer.add(entry(n)));
    timer.add(entry(4, { outMs: NOW + 6000 }));
    timer.commit();
    expect(timer.nextAt(NOW, NOW + 10_000)).toBe(NOW + 5000);
    expect(physicalOffsets(timer, NOW + 5000)).toEqual([100, 200, 300]);
    expect(timer.countAt(NOW + 5000)).toBe(3);
    expect(timer.waitingCount).toBe(4);
    timer.clear(NOW + 5000);
    expect(timer.waitingCount).toBe(1);
    expect(timer.nextAt(NOW, NOW + 10_000)).toBe(NOW + 6000);
    expect(timer.nextAt(NOW, NOW + 6000)).toBeUndefined();
    timer.close();
  });

  it('hands a long chain out in pieces', () => {
    const timer = filesOn(newDisk());
    [1, 2, 3].forEach((n) => timer.add(entry(n)));
    timer.commit();
    const last = timer.lastPositionAt(NOW + 5000);
    const first = timer.chain(NOW + 5000, last, 2);
    expect(first).toMatchObject({ units: [{ position: 2 * UNIT_SIZE }, { position: UNIT_SIZE }], next: 0 });
    expect(timer.chain(NOW + 5000, first.next, 2)).toMatchObject({ units: [{ position: 0 }], next: -1 });
    timer.close();
  });

  it('marks a recall and counts it against its target', () => {
    const timer = filesOn(newDisk());
    timer.add(entry(1));
    timer.add(entry(2, { isDelete: true }));
    timer.commit();
    const [first, second] = unitsAt(timer, NOW + 5000).map(({ position }) => timer.unit(position));
    expect([first, second].map((unit) => unit !== undefined && isDelete(unit))).toEqual([false, true]);
    expect([timer.countAt(NOW + 5000), timer.waitingCount]).toEqual([0, 0]);
    timer.close();
  });

  it.each([
    [499, false, 499],
    [500, true, 250],
    [665, true, 250],
    [666, true, 500],
    [5000, true, 500],
  ])('a message due in %d ticks: rolled %s, in the slot of %d', (ticks, rolled, slot) => {
    const timer = filesOn(newDisk());
    timer.add(entry(1, { outMs: NOW + ticks * 1000 }));
    timer.commit();
    expect(timer.nextAt(NOW, NOW + 10_000_000)).toBe(NOW + slot * 1000);
    const unit = timer.unit(0);
    expect(unit !== undefined && isRoll(unit)).toBe(rolled);
    timer.close();
  });

  it('marks the end of a full log file and goes on in the next', () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    for (let n = 0; n < 100; n++) timer.add(entry(n));
    timer.commit();
    const perFile = Math.floor((4096 - 16) / UNIT_SIZE);
    const first = disk.readFileSync(LOG) ?? Buffer.alloc(0);
    expect(first.readInt32BE(perFile * UNIT_SIZE)).toBe(4096 - perFile * UNIT_SIZE);
    expect(first.readInt32BE(perFile * UNIT_SIZE + 12)).toBe(-875286124);
    expect(physicalOffsets(timer, NOW + 5000)).toEqual(Array.from({ length: 100 }, (_, n) => n * 100));
    timer.close();
  });

  it('keeps a file in which a message waits although one that was written anew behind it is gone', async () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    const perFile = Math.floor((4096 - 16) / UNIT_SIZE);
    timer.add(entry(1));
    for (let n = 2; n < perFile; n++) timer.add(entry(n * 10, { outMs: NOW + 100_000 }));
    timer.commit();
    timer.keepOnly(NOW + 5000, [0]);
    timer.add(entry(5000));
    await timer.flush({ readTimeMs: NOW, queueOffset: perFile }, flushNothing, NOW);
    await timer.removeExpired(1000);
    expect(physicalOffsets(timer, NOW + 100_000)).toHaveLength(perFile - 2);
    await timer.removeExpired(100_000);
    expect(disk.existsSync(LOG)).toBe(false);
    timer.close();
  });

  it('finds everything again after a clean end', async () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    for (let n = 0; n < 100; n++) timer.add(entry(n, { outMs: NOW + 5000 + (n % 3) * 1000 }));
    timer.commit();
    await timer.flush({ readTimeMs: NOW, queueOffset: 100 }, flushNothing, NOW);
    timer.close();
    const again = filesOn(disk);
    expect(again.open(() => undefined)).toMatchObject({ readTimeMs: NOW, queueOffset: 100, deliveredBelow: 100 });
    expect([5000, 6000, 7000].map((ms) => again.countAt(NOW + ms))).toEqual([34, 33, 33]);
    expect(again.waitingCount).toBe(100);
    expect(physicalOffsets(again, NOW + 6000).slice(0, 3)).toEqual([100, 400, 700]);
    again.add(entry(500));
    again.commit();
    expect(physicalOffsets(again, NOW + 5000).at(-1)).toBe(50_000);
    again.close();
  });

  it('takes units into the wheel that a crash kept out of it, and knows their messages', async () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    timer.add(entry(1));
    timer.commit();
    await timer.flush({ readTimeMs: NOW, queueOffset: 1 }, flushNothing, NOW);
    timer.add(entry(2));
    timer.add(entry(3, { outMs: NOW + 7000 }));
    timer.commit();
    const again = filesOn(disk);
    const start = again.open(() => undefined);
    expect(start).toMatchObject({ queueOffset: 1 });
    expect([100, 200, 300, 400].map((offset) => start?.isWaiting(offset))).toEqual([false, true, true, false]);
    expect(physicalOffsets(again, NOW + 5000)).toEqual([100, 200]);
    expect([again.countAt(NOW + 5000), again.waitingCount]).toEqual([2, 3]);
    expect(physicalOffsets(again, NOW + 7000)).toEqual([300]);
    again.close();
  });

  it('counts everything as waiting when a crash came before the first checkpoint', () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    timer.add(entry(1, { outMs: NOW + 3000 }));
    timer.add(entry(2));
    timer.commit();
    const again = filesOn(disk);
    expect(again.open(() => undefined)).toMatchObject({ readTimeMs: 0, oldestMs: NOW + 3000, queueOffset: 0 });
    expect(physicalOffsets(again, NOW + 3000)).toEqual([100]);
    again.close();
  });

  it('does not revive what was delivered', async () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    timer.add(entry(1));
    timer.commit();
    timer.clear(NOW + 5000);
    await timer.flush({ readTimeMs: NOW + 6000, queueOffset: 1 }, flushNothing, NOW);
    const again = filesOn(disk);
    again.open(() => undefined);
    expect(again.nextAt(NOW, NOW + 100_000)).toBeUndefined();
    again.close();
  });

  it('builds a lost wheel from the log', async () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    for (let n = 0; n < 200; n++) timer.add(entry(n));
    timer.commit();
    await timer.flush({ readTimeMs: NOW, queueOffset: 200 }, flushNothing, NOW);
    timer.close();
    disk.removeSync('/store/timerwheel');
    const again = filesOn(disk);
    expect(again.open(() => undefined)).toMatchObject({ queueOffset: 200 });
    expect(physicalOffsets(again, NOW + 5000)).toHaveLength(200);
    again.close();
  });

  it('goes back in the queue when the log has lost units', async () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    [0, 1, 2, 3].forEach((n) => timer.add(entry(n)));
    timer.commit();
    await timer.flush({ readTimeMs: NOW, queueOffset: 4 }, flushNothing, NOW);
    timer.close();
    disk.openSync(LOG, 'write').writeSync(Buffer.alloc(UNIT_SIZE * 2), UNIT_SIZE * 2);
    const again = filesOn(disk);
    // The message of unit 1 is gone from the commit log.
    expect(again.open((unit) => (unit.physicalOffset === 0 ? 0 : undefined))).toMatchObject({ queueOffset: 1, deliveredBelow: 4 });
    expect(physicalOffsets(again, NOW + 5000)).toEqual([0, 100]);
    again.close();
  });

  it('makes messages durable before the log, the log before the wheel, the wheel before the checkpoint', async () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    timer.add(entry(1));
    timer.commit();
    const order: string[] = [];
    disk.fault = ({ kind, path }) => void (kind === 'sync' && order.push(path));
    await timer.flush({ readTimeMs: NOW, queueOffset: 1 }, () => Promise.resolve(void order.push('messages')), NOW);
    expect(order).toEqual(['messages', LOG, '/store/timerwheel', '/store/config/timercheck']);
    expect(decodeTimerCheckpoint(disk.readFileSync('/store/config/timercheck') ?? Buffer.alloc(0))).toMatchObject({
      ...{ readTimeMs: NOW, queueOffset: 1, masterQueueOffset: 1, logFlushedPosition: UNIT_SIZE },
    });
    timer.close();
  });

  it('writes neither wheel nor checkpoint when the log cannot be made durable', async () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    timer.add(entry(1));
    timer.commit();
    disk.fault = ({ kind, path }) => (kind === 'sync' && path === LOG ? 'EIO' : undefined);
    await expect(timer.flush({ readTimeMs: NOW, queueOffset: 1 }, flushNothing, NOW)).rejects.toThrow(/EIO/);
    disk.fault = undefined;
    expect(decodeTimerCheckpoint(disk.readFileSync('/store/config/timercheck') ?? Buffer.alloc(0)).queueOffset).toBe(0);
    expect(disk.readFileSync('/store/timerwheel')?.some((byte) => byte !== 0)).toBe(false);
    // Still in memory, and written by the next flush.
    expect(physicalOffsets(timer, NOW + 5000)).toEqual([100]);
    timer.close();
  });

  it('refuses a wheel that is too long', () => {
    const disk = newDisk();
    disk.openSync('/store/timerwheel', 'create').truncateSync(1000 * 2 * 32 + 1);
    expect(() => filesOn(disk).open(() => undefined)).toThrow(/timerwheel.*64001 bytes/);
  });

  it('builds a wheel again that is too short', async () => {
    const disk = newDisk();
    const timer = filesOn(disk);
    timer.add(entry(1));
    timer.commit();
    await timer.flush({ readTimeMs: NOW, queueOffset: 1 }, flushNothing, NOW);
    timer.close();
    disk.openSync('/store/timerwheel', 'write').truncateSync(1000);
    const again = filesOn(disk);
    again.open(() => undefined);
    expect(disk.statSync('/store/timerwheel')?.size).toBe(1000 * 2 * 32);
    expect(physicalOffsets(again, NOW + 5000)).toEqual([100]);
    again.close();
  });

  it('keeps ticks of different turns of the wheel apart', () => {
    const timer = filesOn(newDisk(), { slotsTotal: 100, rollWindowSlots: 40 });
    timer.add(entry(1));
    timer.commit();
    expect(timer.countAt(NOW + 5000 + 200_000)).toBe(0);
    expect(timer.nextAt(NOW + 6000, NOW + 5000 + 200_001)).toBeUndefined();
    expect(timer.nextAt(NOW - 10_000_000, NOW + 10_000)).toBe(NOW + 5000);
    const unit = timer.unit(0);
    expect(unit && outMsOf(unit)).toBe(NOW + 5000);
    timer.close();
  });
});
