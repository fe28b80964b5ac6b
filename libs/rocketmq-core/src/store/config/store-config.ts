import { bool, choice, int, text, type SettingsOf } from '../../base/index.js';

const fixed = { changeable: false } as const;
const changeable = { changeable: true } as const;
const ms = { unit: 'ms', min: 1 } as const;
const INT_MAX = 0x7fffffff;

/** The settings of the store under the names of Apache's broker.conf. As Java: MessageStoreConfig. */
export const storeSettings = {
  storePathRootDir: text('', 'Folder of the store; empty: `store` in the home folder.', fixed),
  storePathCommitLog: text('', 'Folder of the commit log; empty: `commitlog` in storePathRootDir.', fixed),
  mappedFileSizeCommitLog: int(1024 * 1024 * 1024, 'Size of a commit log segment. A store cannot be opened with another one.', {
    ...fixed,
    unit: 'bytes',
    min: 4096,
    max: INT_MAX,
  }),
  mappedFileSizeConsumeQueue: int(300_000 * 20, 'Size of a consume queue file, rounded up to whole entries of 20 bytes.', {
    ...fixed,
    unit: 'bytes',
    min: 20,
    max: INT_MAX,
  }),
  messageIndexEnable: bool(true, 'Whether messages can be found by id, key and tags.', fixed),
  maxHashSlotNum: int(5_000_000, 'Hash slots of an index file. Index files of another size are built again.', {
    ...fixed,
    min: 1,
    max: INT_MAX >> 3,
  }),
  maxIndexNum: int(20_000_000, 'Entries of an index file.', { ...fixed, min: 2, max: INT_MAX >> 5 }),
  maxMsgsNumBatch: int(64, 'Most messages that one query by key answers.', { ...changeable, min: 1 }),
  defaultQueryMaxNum: int(32, 'Most messages that one query by id answers.', { ...changeable, min: 1 }),
  flushDiskType: choice(
    ['ASYNC_FLUSH', 'SYNC_FLUSH'],
    'ASYNC_FLUSH',
    'When an append is answered: once the operating system has it (survives a killed process) or once the disk has it (survives a power cut).',
    fixed,
  ),
  flushIntervalCommitLog: int(500, 'ASYNC_FLUSH: pause between flushes of the commit log.', { ...ms, ...changeable }),
  flushCommitLogLeastPages: int(4, 'ASYNC_FLUSH: dirty pages of 4 KiB that make a flush worthwhile.', { min: 0, ...changeable }),
  flushCommitLogThoroughInterval: int(10_000, 'ASYNC_FLUSH: after this long even one dirty byte is flushed.', { ...ms, ...changeable }),
  syncFlushTimeout: int(5000, 'SYNC_FLUSH: after this long the answer is FLUSH_DISK_TIMEOUT.', { ...ms, ...changeable }),
  flushIntervalConsumeQueue: int(1000, 'Pause between flushes of the consume queues.', { ...ms, ...changeable }),
  flushConsumeQueueLeastPages: int(2, 'Dirty pages of 4 KiB that make the flush of a consume queue worthwhile.', { min: 0, ...changeable }),
  flushConsumeQueueThoroughInterval: int(60_000, 'After this long every consume queue is flushed and the checkpoint moves.', {
    ...ms,
    ...changeable,
  }),
  osPageCacheBusyTimeOutMills: int(1000, 'When appends have waited for the disk this long, sends are turned away at once.', {
    ...ms,
    ...changeable,
  }),
  maxMessageSize: int(4 * 1024 * 1024, 'Largest body.', { ...fixed, unit: 'bytes', min: 1, max: INT_MAX - 65_536 }),
  maxTransferBytesOnMessageInMemory: int(256 * 1024, 'Most bytes of one read of recent messages.', {
    unit: 'bytes',
    min: 1,
    ...changeable,
  }),
  maxTransferCountOnMessageInMemory: int(32, 'Most messages of one read of recent messages.', { min: 1, ...changeable }),
  maxTransferBytesOnMessageInDisk: int(64 * 1024, 'Most bytes of one read of old messages.', { unit: 'bytes', min: 1, ...changeable }),
  maxTransferCountOnMessageInDisk: int(8, 'Most messages of one read of old messages.', { min: 1, ...changeable }),
  accessMessageInMemoryMaxRatio: int(40, 'Share of the memory that counts as room for recent messages.', {
    unit: '%',
    min: 0,
    max: 100,
    ...changeable,
  }),
  maxFilterMessageSize: int(16_000, 'Most bytes of consume queue entries looked at by one read.', {
    unit: 'bytes',
    min: 20,
    ...changeable,
  }),
  fileReservedTime: int(72, 'After this long messages expire: a file of the log may be deleted when all of it is older.', {
    ...changeable,
    unit: 'h',
    min: 0,
  }),
  deleteWhen: text('04', 'Hours of the day, local time, in which expired files are deleted; several with `;` between them.', changeable),
  cleanResourceInterval: int(10_000, 'Pause between looks for files to delete.', { ...ms, ...fixed }),
  deleteFileBatchMax: int(10, 'Most files of the log deleted at one look.', { min: 1, ...changeable }),
  deleteCommitLogFilesInterval: int(100, 'Pause between two files of the log that are deleted.', { unit: 'ms', min: 0, ...changeable }),
  deleteConsumeQueueFilesInterval: int(100, 'Pause after files of a consume queue were deleted.', { unit: 'ms', min: 0, ...changeable }),
  redeleteHangedFileInterval: int(120_000, 'After this long a file that could not be deleted is tried again.', { ...ms, ...changeable }),
  diskMaxUsedSpaceRatio: int(75, 'A disk fuller than this has expired files deleted at any hour. 10 to 95.', { unit: '%', ...changeable }),
  diskSpaceCleanForciblyRatio: int(
    85,
    'A disk fuller than this has files deleted that have not expired, with cleanFileForciblyEnable. 30 to 85.',
    {
      unit: '%',
      ...changeable,
    },
  ),
  diskSpaceWarningLevelRatio: int(90, 'A disk fuller than this takes no messages. 35 to 90.', { unit: '%', ...changeable }),
  cleanFileForciblyEnable: bool(false, 'Whether messages that have not expired may be deleted when the disk fills up.', changeable),
  checkCRCOnRecover: bool(true, 'Whether recovery verifies the checksums of the records it reads.', fixed),
  enabledAppendPropCRC: bool(false, 'Adds a checksum over the whole record to the properties.', fixed),
  messageDelayLevel: text('1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h', 'Delays of the levels 1, 2, ….', fixed),
  readUnCommitted: bool(false, 'SYNC_FLUSH: whether consumers see messages before they are flushed.', fixed),
} as const;

export type StoreConfig = SettingsOf<typeof storeSettings>;
