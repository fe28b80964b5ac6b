import { jest } from '@jest/globals';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreConfig } from '../../src/store/index.js';
import { SeededRandom } from '../../testing/index.js';
import { compileCore } from '../crash-process/compiled-core.js';
import { Disks, type Disk } from './disks.js';
import { Ledger } from './ledger.js';
import { NOTE_SIZE } from './notes.js';
import { makePlan, planQueues, type Plan } from './plan.js';
import { PowerSwitch } from './power-switch.js';
import { readBack } from './read-back.js';
import { SavedNumbers } from './saved-numbers.js';
import { writeUntilCut, type Writing } from './writer.js';

const isLong = process.env.TEST_LONG === '1';
/** What SYNC_FLUSH promises is the strongest, and is tried most often. */
const CUTS = isLong ? { SYNC_FLUSH: 2000, ASYNC_FLUSH: 400, configuration: 400 } : { SYNC_FLUSH: 100, ASYNC_FLUSH: 20, configuration: 20 };
/** Disks at once: a cut is mostly waiting for a process to start and for a disk. */
const DISKS_AT_ONCE = 2;
const CONTROL_CYCLES = 10;
const CAUGHT_LEAST = 9;
/** A disk that has lived this long makes room for a new one, so that the first start of a store is hit too. */
const LIVES_PER_DISK = 10;
const DISK_MIB = 256;
const LANES = 16;
const DELAY_US_MAX = 15_000;
const SAVES_ENDLESS = 1e9;
const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
// The last two keep more of what was not synced: that is no fault.
const JOURNALS = ['data=ordered', 'data=writeback', 'data=ordered,nodelalloc', 'data=journal'] as const;

jest.setTimeout(CUTS.SYNC_FLUSH * 10_000);

describe('a power cut', () => {
  const random = new SeededRandom(SEED);
  const plan: Plan = makePlan(random);
  let disks: Disks | undefined;
  let power: PowerSwitch;
  let common: Pick<Writing, 'compiled' | 'plan' | 'flaw'>;

  beforeAll(async () => {
    disks = await Disks.make();
    const { folder } = disks;
    power = await PowerSwitch.build(folder);
    common = { compiled: join(folder, 'core'), plan: join(folder, 'plan.json'), flaw: 'none' };
    await compileCore(common.compiled);
    writeFileSync(common.plan, JSON.stringify(plan));
  });
  afterAll(() => disks?.dispose());

  const configOf = (folder: string, flushDiskType: StoreConfig['flushDiskType']): Partial<StoreConfig> => ({
    storePathRootDir: folder,
    flushDiskType,
    // Small and quick, so that every life begins new files and moves the checkpoint.
    mappedFileSizeCommitLog: 1024 * 1024,
    mappedFileSizeConsumeQueue: 20 * 100,
    flushIntervalCommitLog: 10,
    flushIntervalConsumeQueue: 20,
    flushConsumeQueueThoroughInterval: 100,
  });

  /** Few appends, so that the first ones of a life are hit, or many; none: while the store opens. */
  const appendsBeforeCut = (chance: SeededRandom) => chance.below([1, 10, 300, 1500][chance.below(4)] ?? 1);
  const notesOf = (disk: Disk) => `${disk.path}.notes`;

  /** Lives of writers on one disk, each until its power is cut; now and then a look at what is there. */
  async function liveOn(disk: Disk, chance: SeededRandom, flush: StoreConfig['flushDiskType']) {
    const ledger = new Ledger(plan, LANES, flush === 'ASYNC_FLUSH');
    const saved = new SavedNumbers();
    const folder = join(disk.path, 'store');
    let segments = 0;
    for (let life = 1; life <= LIVES_PER_DISK; life += 1) {
      await disk.mount(JOURNALS[chance.below(JOURNALS.length)]);
      // The syncs of a save make renames in other folders durable too, and would hide that nobody else does.
      const saves = life % 2 === 0 ? { count: SAVES_ENDLESS, pauseMs: 0 } : undefined;
      const notesPath = notesOf(disk);
      const writing = { ...common, notes: notesPath, folder: disk.path, life, store: configOf(folder, flush), laneCount: LANES, saves };
      // A writer that saves does so once before it opens the store.
      const size = NOTE_SIZE * (1 + (saves === undefined ? 0 : 1) + appendsBeforeCut(chance));
      const loses = chance.below(3) === 0 ? 'data' : 'all';
      const notes = await writeUntilCut(writing, power, { path: disk.path, size, delayUs: chance.below(DELAY_US_MAX), loses });
      await disk.unmount();
      ledger.add(life, notes);
      saved.add(notes);
      // Without a look between them, two cuts follow each other: the second may hit the recovery from the first.
      if (life < LIVES_PER_DISK && chance.below(3) === 0) continue;
      await disk.mount();
      const { messages, faults } = await readBack(configOf(folder, flush), planQueues);
      faults.push(...ledger.check(messages), ...saved.check(disk.path));
      expect({ seed: SEED, life, loses, faults }).toEqual({ seed: SEED, life, loses, faults: [] });
      segments = readdirSync(join(folder, 'commitlog')).length;
      await disk.unmount();
    }
    return { acknowledged: ledger.acknowledged, lost: ledger.lost, saves: saved.acknowledged, segments };
  }

  it.each(['SYNC_FLUSH', 'ASYNC_FLUSH'] as const)('takes nothing that %s has promised, and invents nothing', async (flush) => {
    const cuts = CUTS[flush];
    const sum = { acknowledged: 0, lost: 0, saves: 0, segments: 0 };
    let number = 0;
    const nextDisks = async (): Promise<void> => {
      while (number < cuts / LIVES_PER_DISK) {
        number += 1;
        const chance = new SeededRandom(SEED + number);
        const disk = await mustHave(disks).ext4(DISK_MIB);
        const { acknowledged, lost, saves, segments } = await liveOn(disk, chance, flush);
        await mustHave(disks).discard(disk);
        sum.acknowledged += acknowledged;
        sum.lost += lost;
        sum.saves += saves;
        sum.segments += segments;
        if (isLong && number % 20 === 0) report(`${flush}, ${number * LIVES_PER_DISK} of ${cuts} cuts`);
      }
    };
    await Promise.all(Array.from({ length: DISKS_AT_ONCE }, nextDisks));
    report(
      `${flush}, ${cuts} cuts: ${sum.acknowledged} messages acknowledged, ${sum.lost} of them lost; ${sum.segments} segments; ${sum.saves} saves`,
    );
    expect(sum.acknowledged).toBeGreaterThan(cuts * 10);
    // Every second life has saved before it was cut.
    expect(sum.saves).toBeGreaterThanOrEqual(cuts / 2);
    // A disk has one from the start.
    expect(sum.segments).toBeGreaterThan(cuts / LIVES_PER_DISK);
    if (flush === 'SYNC_FLUSH') expect(sum.lost).toBe(0);
  });

  /** A writer that saves and then holds still until the cut: nothing makes the last rename durable by the way. */
  async function saveAndHold(disk: Disk, life: number, saved: SavedNumbers, flaw: Writing['flaw']): Promise<string[]> {
    await disk.mount();
    const count = 1 + random.below(5);
    const writing = {
      ...common,
      notes: notesOf(disk),
      flaw,
      folder: disk.path,
      life,
      store: {},
      laneCount: 0,
      saves: { count, pauseMs: 0 },
    };
    const size = NOTE_SIZE * (1 + count);
    saved.add(await writeUntilCut(writing, power, { path: disk.path, size, delayUs: random.below(1000), loses: 'all' }));
    await disk.unmount();
    await disk.mount();
    const faults = saved.check(disk.path);
    await disk.unmount();
    return faults;
  }

  it('leaves the last configuration that was saved', async () => {
    const disk = await mustHave(disks).ext4(DISK_MIB);
    const saved = new SavedNumbers();
    for (let life = 1; life <= CUTS.configuration; life += 1) {
      const faults = await saveAndHold(disk, life, saved, 'none');
      expect({ seed: SEED, life, faults }).toEqual({ seed: SEED, life, faults: [] });
    }
    await mustHave(disks).discard(disk);
    report(`configuration, ${CUTS.configuration} cuts: ${saved.acknowledged} saves`);
  });

  describe('the harness itself', () => {
    it('finds a store whose syncs do nothing', async () => {
      let caught = 0;
      let lost = 0;
      for (let cycle = 0; cycle < CONTROL_CYCLES; cycle += 1) {
        const disk = await mustHave(disks).ext4(DISK_MIB);
        await disk.mount();
        const store = configOf(join(disk.path, 'store'), 'SYNC_FLUSH');
        const writing = {
          ...common,
          notes: notesOf(disk),
          flaw: 'no datasync',
          folder: disk.path,
          life: 1,
          store,
          laneCount: LANES,
        } as const;
        const how = { path: disk.path, size: NOTE_SIZE * (50 + random.below(1000)), delayUs: random.below(DELAY_US_MAX) };
        const notes = await writeUntilCut(writing, power, { ...how, loses: cycle % 2 === 0 ? 'all' : 'data' });
        await disk.unmount();
        await disk.mount();
        const ledger = new Ledger(plan, LANES, false);
        ledger.add(1, notes);
        const faults = await readBack(store, planQueues).then(
          ({ messages, faults }) => [...faults, ...ledger.check(messages)],
          (error: unknown) => [String(error)],
        );
        await mustHave(disks).discard(disk);
        if (faults.length > 0) caught += 1;
        lost += ledger.lost;
      }
      report(`control without datasync: ${caught} of ${CONTROL_CYCLES} caught, ${lost} messages lost`);
      expect(caught).toBeGreaterThanOrEqual(CAUGHT_LEAST);
    });

    it('finds a save that does not sync its folder', async () => {
      let caught = 0;
      for (let cycle = 0; cycle < CONTROL_CYCLES; cycle += 1) {
        const disk = await mustHave(disks).ext4(DISK_MIB);
        if ((await saveAndHold(disk, 1, new SavedNumbers(), 'no folder sync')).length > 0) caught += 1;
        await mustHave(disks).discard(disk);
      }
      report(`control without folder sync: ${caught} of ${CONTROL_CYCLES} caught`);
      expect(caught).toBeGreaterThanOrEqual(CAUGHT_LEAST);
    });
  });
});

function mustHave(disks: Disks | undefined): Disks {
  if (disks === undefined) throw new Error('no disks');
  return disks;
}

/** The figures of a run, for whoever compares runs. */
function report(text: string): void {
  process.stderr.write(`${text} (seed ${SEED})\n`);
}
