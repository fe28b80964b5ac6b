import type { FileSystem } from '../../runtime/index.js';
import { CHECKPOINT_SIZE, decodeCheckpoint } from '../checkpoint/checkpoint-file.js';
import { ENTRY_SIZE, entryMessageSize, entryPhysicalOffset, entryTagsCode, isBlankEntry, isEntry } from '../consume-queue/entry-layout.js';
import type { IndexSizes } from '../index-file/index-layout.js';
import { outMsOf, isDelete, isRoll } from '../timer/log-layout.js';
import { decodeTimerCheckpoint } from '../timer/timer-checkpoint-file.js';
import { isEmptySlot, readSlot, SLOT_SIZE } from '../timer/wheel-layout.js';
import { parseSegmentName } from '../paths.js';
import { FileReader } from './file-reader.js';
import { IndexView } from './index-view.js';
import { LogView } from './log-view.js';
import { RowView } from './row-view.js';
import { timerUnits } from './timer-check.js';

export const storeFileKinds = ['log', 'queue', 'index', 'checkpoint', 'timer-log', 'timer-wheel', 'timer-checkpoint', 'text'] as const;
export type StoreFileKind = (typeof storeFileKinds)[number];

export interface PrintOptions {
  readonly files: FileSystem;
  readonly path: string;
  /** Default what name and folder say. */
  readonly kind?: StoreFileKind | undefined;
  readonly indexSizes: IndexSizes;
}

const kindByName: readonly (readonly [RegExp, StoreFileKind])[] = [
  [/(^|\/)checkpoint$/, 'checkpoint'],
  [/(^|\/)timerwheel(\.\d+)?$/, 'timer-wheel'],
  [/(^|\/)timercheck$/, 'timer-checkpoint'],
  [/(^|\/)(abort|lock|timermetrics|[^/]+\.json)(\.bak)?$/, 'text'],
  [/(^|\/)\d{17}$/, 'index'],
  [/(^|\/)consumequeue\/.*\d{20}$/, 'queue'],
  [/(^|\/)timerlog\/\d{20}$/, 'timer-log'],
  [/(^|\/)\d{20}$/, 'log'],
];

/** What a file of a store is, by its name and folder; undefined when it can be none. */
export function storeFileKind(path: string): StoreFileKind | undefined {
  return kindByName.find(([pattern]) => pattern.test(path))?.[1];
}

/** A file of a store line by line, for people. What cannot be read is said so in the last line. @throws OperationFailed `io` */
export function* printStoreFile(options: PrintOptions): Generator<string> {
  const kind = options.kind ?? storeFileKind(options.path);
  const reader = new FileReader(options.files);
  try {
    if (kind === undefined) yield 'not a file of a store';
    else yield* printers[kind](reader, options);
  } finally {
    reader.close();
  }
}

type Printer = (reader: FileReader, options: PrintOptions) => Generator<string>;

const printers: Readonly<Record<StoreFileKind, Printer>> = {
  log: printLog,
  queue: printQueue,
  index: printIndex,
  checkpoint: printCheckpoint,
  'timer-log': printTimerLog,
  'timer-wheel': printTimerWheel,
  'timer-checkpoint': printTimerCheckpoint,
  text: printText,
};

const timeText = (ms: number): string => (ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : String(ms));
const lineOf = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');

/** One file as a row of its own. */
function rowOf(reader: FileReader, path: string): RowView {
  const cut = path.lastIndexOf('/');
  return new RowView(reader, path.slice(0, Math.max(0, cut)), undefined, [path.slice(cut + 1)]);
}

function* printLog(reader: FileReader, { path }: PrintOptions): Generator<string> {
  const problems: string[] = [];
  const log = new LogView(rowOf(reader, path), (_, offset, problem) => problems.push(`at ${offset}: ${problem}`));
  for (const record of log.records()) {
    const { physicalOffset, size, topic, queueId, queueOffset, sysFlag, flag, storeTimestamp, bornTimestamp, reconsumeTimes } = record;
    const head = { at: physicalOffset, size, topic, queueId, queueOffset, sysFlag, flag, reconsumeTimes };
    const properties = JSON.stringify(Object.fromEntries(record.properties));
    yield lineOf({ ...head, stored: timeText(storeTimestamp), born: timeText(bornTimestamp), body: record.bodySize, properties });
  }
  yield `end=${log.end}`;
  yield* problems;
}

function* printQueue(reader: FileReader, { path }: PrintOptions): Generator<string> {
  const base = parseSegmentName(path.slice(path.lastIndexOf('/') + 1)) ?? 0;
  const size = reader.sizeOf(path);
  for (let at = 0; at + ENTRY_SIZE <= size; at += ENTRY_SIZE) {
    const entry = reader.peek(path, at, ENTRY_SIZE);
    const offset = (base + at) / ENTRY_SIZE;
    if (!isEntry(entry, 0)) {
      yield `end=${offset}`;
      return;
    }
    if (isBlankEntry(entry, 0)) yield lineOf({ offset, blank: true });
    else
      yield lineOf({
        offset,
        physicalOffset: entryPhysicalOffset(entry, 0),
        size: entryMessageSize(entry, 0),
        tagsCode: entryTagsCode(entry, 0),
      });
  }
  yield `end=${(base + size) / ENTRY_SIZE}`;
}

function* printIndex(reader: FileReader, { path, indexSizes }: PrintOptions): Generator<string> {
  const view = new IndexView(reader, path, indexSizes);
  const { beginTimestamp, endTimestamp, ...rest } = view.header;
  yield lineOf({ begin: timeText(beginTimestamp), end: timeText(endTimestamp), ...rest });
  if (!view.isReadable) yield `it has ${reader.sizeOf(path)} bytes: name maxHashSlotNum and maxIndexNum of the broker that wrote it`;
  for (const { number, keyHash, physicalOffset, seconds, previous } of view.entries()) {
    yield lineOf({ entry: number, keyHash, physicalOffset, stored: timeText(beginTimestamp + seconds * 1000), previous });
  }
}

function* printCheckpoint(reader: FileReader, { path }: PrintOptions): Generator<string> {
  const { physicMsgTimestamp, logicsMsgTimestamp, indexMsgTimestamp, ...offsets } = decodeCheckpoint(reader.read(path, 0, CHECKPOINT_SIZE));
  const times = { physicMsgTimestamp, logicsMsgTimestamp, indexMsgTimestamp };
  for (const [name, time] of Object.entries(times)) yield lineOf({ [name]: timeText(time) });
  for (const [name, offset] of Object.entries(offsets)) yield lineOf({ [name]: offset });
}

function* printTimerLog(reader: FileReader, { path }: PrintOptions): Generator<string> {
  const end = yield* printUnits(timerUnits(rowOf(reader, path)));
  yield `end=${end}`;
}

function* printUnits(units: ReturnType<typeof timerUnits>): Generator<string, number> {
  let step = units.next();
  for (; step.done !== true; step = units.next()) {
    const { unit, at } = step.value;
    const { physicalOffset, size, prevPosition, topicHash } = unit;
    const kind = isDelete(unit) ? 'delete' : isRoll(unit) ? 'roll' : 'message';
    yield lineOf({ at, kind, due: timeText(outMsOf(unit)), physicalOffset, size, previous: prevPosition, topicHash });
  }
  return step.value;
}

function* printTimerWheel(reader: FileReader, { path }: PrintOptions): Generator<string> {
  const count = Math.floor(reader.sizeOf(path) / SLOT_SIZE);
  yield lineOf({ slots: count });
  for (let index = 0; index < count; index += 1) {
    const bytes = reader.peek(path, index * SLOT_SIZE, SLOT_SIZE);
    if (!isEmptySlot(bytes, 0)) yield lineOf({ slot: index, ...readSlot(bytes, 0) });
  }
}

function* printTimerCheckpoint(reader: FileReader, { path }: PrintOptions): Generator<string> {
  const { readTimeMs, dataVersion, ...rest } = decodeTimerCheckpoint(reader.read(path, 0, 56));
  yield lineOf({ readTime: timeText(readTimeMs), ...rest, dataVersion: JSON.stringify(dataVersion) });
}

function* printText(reader: FileReader, { path }: PrintOptions): Generator<string> {
  yield* reader.read(path, 0, reader.sizeOf(path)).toString('utf8').split('\n');
}
