import { defaultsOf } from '../src/base/index.js';
import { silentLogger, type FileSystem } from '../src/runtime/index.js';
import { MessageStore, storeSettings, type MessageDraft, type MessageStoreOptions, type StoreConfig } from '../src/store/index.js';
import { FakeClock } from './fake-clock.js';

/** The same on every machine; asking the system costs more than opening a small store. */
const MEMORY_TOTAL = 8 * 1024 ** 3;
const HOST = { ip: Buffer.from([127, 0, 0, 1]), port: 10911 };

/** A draft that a store accepts. */
export function messageDraft(changes: Partial<MessageDraft> = {}): MessageDraft {
  return {
    topic: 'TopicTest',
    queueId: 0,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost: HOST,
    storeHost: HOST,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: Buffer.from('hello'),
    properties: 'KEYS\u0001k\u0002',
    waitForStore: true,
    ...changes,
  };
}

/** Settings with files so small that a few messages fill several. */
export function smallStoreConfig(changes: Partial<StoreConfig> = {}): StoreConfig {
  return {
    ...defaultsOf(storeSettings),
    storePathRootDir: '/store',
    mappedFileSizeCommitLog: 4096,
    mappedFileSizeConsumeQueue: 20 * 16,
    maxHashSlotNum: 16,
    maxIndexNum: 32,
    ...changes,
  };
}

/** A store that is not open yet. */
export function makeStore(files: FileSystem, changes: Partial<StoreConfig> = {}, more: Partial<MessageStoreOptions> = {}): MessageStore {
  const parts = { files, clock: new FakeClock(), logger: silentLogger, memoryTotal: MEMORY_TOTAL };
  return new MessageStore({ config: smallStoreConfig(changes), ...parts, ...more });
}
