import { jest } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SeededRandom } from '../../testing/index.js';
import { testFolder } from '../faults/test-folder.js';
import { Audit } from './audit.js';
import { BrokerProcess } from './broker-process.js';
import { Ledger } from './ledger.js';
import { Load } from './load.js';

const LONG = process.env.TEST_LONG === '1';
/** For each way to flush. */
const CYCLES = LONG ? 500 : 25;
const QUEUES = 4;
const PRODUCERS = 3;
/** A new topic comes after this many cycles, so that the one being created is hit too. */
const CYCLES_PER_TOPIC = 4;
/** Every so many starts are killed while the store recovers. */
const CYCLES_PER_BROKEN_START = 5;

jest.setTimeout(CYCLES * 10_000);

describe('kill -9 of a broker under load', () => {
  const folder = testFolder('kill');
  let running: BrokerProcess | undefined;
  const start = (settings: Readonly<Record<string, unknown>>): BrokerProcess => (running = new BrokerProcess(folder.compiled, settings));
  afterEach(async () => {
    running?.kill();
    await running?.end();
  });

  it.each(['ASYNC_FLUSH', 'SYNC_FLUSH'])(
    'with %s keeps every acknowledged message, invents none and keeps their order',
    async (flushDiskType) => {
      const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
      const random = new SeededRandom(seed);
      const ledger = new Ledger(random);
      const audit = new Audit(ledger);
      const storePathRootDir = await folder.of(flushDiskType);
      const settings = {
        ...{ listenPort: 0, storePathRootDir, flushDiskType },
        // Small, so that every few hundred messages begin a new file.
        ...{ mappedFileSizeCommitLog: 1024 * 1024, mappedFileSizeConsumeQueue: 20 * 100 },
      };
      const topics: string[] = [];
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        if (cycle % CYCLES_PER_BROKEN_START === 2) await killWhileStarting(settings);
        const broker = start(settings);
        const address = await broker.ready();
        await audit.readNew(address);
        expect({ seed, cycle, faults: ledger.faults }).toEqual({ seed, cycle, faults: [] });
        if (cycle % CYCLES_PER_TOPIC === 0) {
          topics.push(`crash-${cycle}`);
          audit.addTopic(`crash-${cycle}`, QUEUES);
        }
        const target = 1 + random.below(cycle % 2 === 0 ? 50 : 1000);
        const acknowledged = (count: number) => count === target && broker.kill();
        await new Load({ address, topics: topics.slice(-2), queueCount: QUEUES, producerCount: PRODUCERS, ledger, acknowledged }).run();
        broker.kill();
        await broker.end();
      }
      const last = start(settings);
      const address = await last.ready();
      await audit.readNew(address);
      await audit.readAgain(address);
      expect({ seed, faults: ledger.faults }).toEqual({ seed, faults: [] });
      expect(audit.messageCount).toBeGreaterThanOrEqual(ledger.acknowledged);
      expect(ledger.acknowledged).toBeGreaterThan(CYCLES);
      expect((await readdir(join(storePathRootDir, 'commitlog'))).length).toBeGreaterThan(2);
    },
  );

  async function killWhileStarting(settings: Readonly<Record<string, unknown>>): Promise<void> {
    const broker = start(settings);
    await broker.starting();
    broker.kill();
    await broker.end();
  }
});
