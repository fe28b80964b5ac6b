import { MemoryFileSystem } from '../testing/memory-file-system.js';
import { javaHashCode, TimerMetricsSerializeWrapper } from '../src/protocol/index.js';
import { silentLogger } from '../src/runtime/index.js';
import { encodeTimerCheckpoint, TimerFiles } from '../src/store/index.js';
import { goldenBytes, goldenRows } from './golden-set.js';

// What TimerMessageStore leaves of six messages, and what our timer leaves of the same.

interface WheelRow {
  readonly name: 'size' | 'slot';
  /** Bytes of the file, or the index of the slot. */
  readonly value: number | string;
  readonly bytes?: string;
}

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const LOG_FILE = 186;
const RECORD = 200;
const SLOT = 32;
const logFiles = ['00000000000000000000', '00000000000000000186'];
const wheelRows = goldenRows<WheelRow>('5.5.0', 'files/timer-wheel.json');

async function diskOfOurs(): Promise<MemoryFileSystem> {
  const disk = new MemoryFileSystem();
  disk.makeFolderSync('/store/config');
  const timer = new TimerFiles({
    ...{ files: disk, logger: silentLogger, root: '/store', precisionMs: 1000 },
    ...{ logFileSize: LOG_FILE, rollWindowSlots: 2 * 24 * 3600 },
  });
  const entries: readonly (readonly [delayMs: number, topic: string, isDelete?: boolean])[] = [
    [5000, 'orders'],
    [5000, '订单'],
    [60_000, 'orders'],
    [5000, 'orders', true],
    [72 * HOUR, 'orders'],
    [49 * HOUR, 'orders'],
  ];
  entries.forEach(([delayMs, topic, isDelete = false], index) =>
    timer.add({
      ...{ outMs: NOW + delayMs, writeTimeMs: NOW, isDelete },
      ...{ physicalOffset: index * RECORD, size: RECORD, topicHash: javaHashCode(topic) },
    }),
  );
  await timer.flush({ readTimeMs: NOW, queueOffset: entries.length }, () => Promise.resolve(), NOW);
  timer.close();
  return disk;
}

function read(disk: MemoryFileSystem, path: string): Buffer {
  const handle = disk.openSync(path, 'read');
  const bytes = Buffer.alloc(handle.sizeSync());
  handle.readSync(bytes, 0, bytes.length, 0);
  handle.closeSync();
  return bytes;
}

describe('the files of the timer', () => {
  it.each(logFiles)('timerlog/%s is written as by Java, with the blank end of a full file', async (name) => {
    const ours = read(await diskOfOurs(), `/store/timerlog/${name}`);
    expect(ours.toString('hex')).toBe(goldenBytes('5.5.0', `files/timer/timerlog/${name}`).toString('hex'));
  });

  it('has no other log files', async () => {
    expect((await diskOfOurs()).listSync('/store/timerlog').sort()).toEqual(logFiles);
  });

  it('timerwheel has the length and the slots of Java', async () => {
    const ours = read(await diskOfOurs(), '/store/timerwheel');
    const golden = Buffer.alloc(Number(wheelRows.find(({ name }) => name === 'size')?.value));
    for (const { name, value, bytes = '' } of wheelRows) if (name === 'slot') golden.write(bytes, Number(value) * SLOT, 'hex');
    expect(ours).toHaveLength(golden.length);
    expect(usedSlots(ours)).toEqual(usedSlots(golden));
    expect(usedSlots(golden).size).toBe(4);
  });

  it('timercheck is read and written back byte by byte', () => {
    const file = goldenBytes('5.5.0', 'files/timer/timercheck');
    const checkpoint = {
      ...{ readTimeMs: NOW, logFlushedPosition: 2 * LOG_FILE, queueOffset: 6, masterQueueOffset: 5 },
      dataVersion: { stateVersion: 3, timestamp: NOW, counter: 1 },
    };
    expect(Buffer.concat([encodeTimerCheckpoint(checkpoint)], file.length).toString('hex')).toBe(file.toString('hex'));
  });

  it.each(['5.5.0', '5.3.3'] as const)('timermetrics of %s is read', (release) => {
    const { timingCount, dataVersion } = TimerMetricsSerializeWrapper.decode(goldenBytes(release, 'files/timer/timermetrics').toString());
    expect(timingCount).toEqual(
      new Map([
        ['orders', { count: 3, timeStamp: NOW }],
        ['订单', { count: 1, timeStamp: NOW }],
      ]),
    );
    expect(dataVersion).toEqual({ stateVersion: 0, timestamp: NOW, counter: 6 });
  });

  it('timermetrics is written back byte by byte', () => {
    const text = goldenBytes('5.5.0', 'files/timer/timermetrics').toString();
    expect(TimerMetricsSerializeWrapper.encode(TimerMetricsSerializeWrapper.decode(text)).toString()).toBe(text);
  });
});

function usedSlots(wheel: Buffer): Map<number, string> {
  const used = new Map<number, string>();
  const empty = Buffer.alloc(SLOT);
  for (let at = 0; at < wheel.length; at += SLOT) {
    const slot = wheel.subarray(at, at + SLOT);
    if (!slot.equals(empty)) used.set(at / SLOT, slot.toString('hex'));
  }
  return used;
}
