import { isCorruption, messageOf } from '../../src/base/index.js';
import { inspectRecord, type InspectedRecord } from '../../src/protocol/index.js';
import type { Logger } from '../../src/runtime/index.js';
import type { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { storeFindings } from '../../testing/store-findings.js';
import { messageDraft } from '../../testing/store-fixtures.js';
import { DamageBed, INDEX_SIZES, QUEUES, ROOT, TOPICS, type Stored } from './damage-bed.js';
import type { Damage } from './damages.js';

export type Outcome =
  /** Everything is there as if nothing had happened. */
  | 'whole'
  /** Something is missing, and the log of the broker says so with the file. */
  | 'told'
  /** The broker does not start, and says why with the file. */
  | 'refused'
  /** Some keys lead to nothing any more: nobody looks the index through. */
  | 'keys missing';

export interface Case {
  readonly disk: MemoryFileSystem;
  readonly damage: Damage;
  readonly stored: readonly Stored[];
  readonly withPropertyCrc: boolean;
  /** Physical offset up to which a checkpoint vouches; what lies behind it in a store that was not closed may be cut off. */
  readonly vouched: number;
}

const REPORTED_MAX = 200;
/** Name, ten digits and two separators. */
const CRC_ITEM_SIZE = 20;

/** Opens a damaged store and looks at all of it. @throws Error that says what must not be */
export async function judge(one: Case): Promise<Outcome> {
  const { disk, damage, withPropertyCrc } = one;
  const isTimed = damage.kind === 'timer' || damage.path.includes('delayOffset') || damage.path.includes('timermetrics');
  const before = disk.picture('everything', { below: () => 0, bytes: (size) => Buffer.alloc(size) });
  const told: string[] = [];
  const log: Logger['log'] = (level, text, fields) => {
    if (level !== 'info' && told.length < REPORTED_MAX) told.push(`${text} ${JSON.stringify(fields)}`);
  };
  const bed = new DamageBed(disk, { log }, withPropertyCrc);
  try {
    await bed.open(isTimed);
  } catch (error) {
    await bed.close(isTimed).catch(() => undefined);
    return refusal(error, damage, before);
  }
  const outcome = await look(bed, one, told);
  await bed.close(isTimed);
  return outcome;
}

/** A refusal names the file, and whoever asks the tool beforehand is told too. */
function refusal(error: unknown, { path }: Damage, before: MemoryFileSystem): Outcome {
  const text = messageOf(error);
  if (!isCorruption(error)) throw new Error(`ended with ${text}`, { cause: error });
  const folder = path.slice(0, path.lastIndexOf('/'));
  if (!text.includes(folder)) throw new Error(`refused without naming it: ${text}`);
  const findings = storeFindings(ROOT, before, INDEX_SIZES);
  if (!findings.some((line) => line.includes(folder) || line.includes('/checkpoint')))
    throw new Error(`refused (${text}), but a look at it finds nothing: ${findings.join('; ')}`);
  return 'refused';
}

async function look(bed: DamageBed, { damage, stored, withPropertyCrc, vouched }: Case, told: readonly string[]): Promise<Outcome> {
  const wanted = new Map(stored.map((message) => [placeOf(message), message]));
  const delivered = new Set<string>();
  for (const topic of TOPICS) {
    for (const queueId of QUEUES) {
      for (const bytes of await readQueue(bed, topic, queueId))
        delivered.add(checkRecord(bytes, { topic, queueId }, wanted, withPropertyCrc));
    }
  }
  const mayBeCut = (message: Stored) => damage.kind === 'commit log' && message.physicalOffset > vouched;
  const missing = stored.filter((message) => !delivered.has(placeOf(message)) && !mayBeCut(message));
  const isTold = told.some((line) => line.includes(`${ROOT}/commitlog`) || line.includes(`${ROOT}/consumequeue`));
  if (missing.length > 0 && !isTold) throw new Error(`silently lost: ${missing.map(placeOf).join()}`);
  const areKeysMissing = await lookForKeys(
    bed,
    stored.filter((message) => delivered.has(placeOf(message))),
    withPropertyCrc,
  );
  await appendToAll(
    bed,
    stored.filter((message) => delivered.has(placeOf(message))),
  );
  if (missing.length > 0) return 'told';
  return areKeysMissing ? 'keys missing' : 'whole';
}

const placeOf = ({ topic, queueId, queueOffset }: Pick<Stored, 'topic' | 'queueId' | 'queueOffset'>) =>
  `${topic}/${queueId}/${queueOffset}`;

async function readQueue({ parts: { store } }: DamageBed, topic: string, queueId: number): Promise<Buffer[]> {
  const records: Buffer[] = [];
  let queueOffset = store.minQueueOffset(topic, queueId);
  while (queueOffset < store.maxQueueOffset(topic, queueId)) {
    const outcome = await store.get({ topic, queueId, queueOffset, maxMessages: 7 });
    if (outcome.nextBeginOffset <= queueOffset) throw new Error(`${topic}/${queueId} stands still at ${queueOffset}: ${outcome.status}`);
    for (const buffer of outcome.records) records.push(...recordsIn(Buffer.from(buffer)));
    outcome.release?.();
    queueOffset = outcome.nextBeginOffset;
  }
  return records;
}

function recordsIn(buffer: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < buffer.length;) {
    const size = buffer.readInt32BE(at);
    records.push(buffer.subarray(at, at + size));
    at += size;
  }
  return records;
}

/** @returns its place */
function checkRecord(
  bytes: Buffer,
  asked: Pick<Stored, 'topic' | 'queueId'>,
  wanted: ReadonlyMap<string, Stored>,
  withPropertyCrc: boolean,
): string {
  const record = inspectRecord(bytes, 0);
  if (record.kind !== 'record') throw new Error(`${JSON.stringify(asked)}: no record was delivered`);
  const place = placeOf({ ...asked, queueOffset: record.queueOffset });
  const original = wanted.get(place);
  if (original === undefined) throw new Error(`${place} was never sent`);
  const isSame = withPropertyCrc && hasPropertyCrc(record) ? bytes.equals(original.bytes) : coreOf(bytes) === coreOf(original.bytes);
  if (!isSame) throw new Error(`${place} has other bytes`);
  return place;
}

/** What is covered whatever a broker is set to: the body, and the place. */
function coreOf(bytes: Buffer): string {
  const record = inspectRecord(bytes, 0);
  if (record.kind !== 'record') return '';
  const { topic, queueId, queueOffset, physicalOffset, body } = record;
  return `${topic}/${queueId}/${queueOffset} at ${physicalOffset}: ${body.toString('hex')}`;
}

/** Damage may have taken the checksum itself: then nobody can tell that there was one. */
function hasPropertyCrc({ propertiesText }: InspectedRecord): boolean {
  const item = propertiesText.slice(-CRC_ITEM_SIZE);
  return item.startsWith('__CRC32#\u0001') && item.endsWith('\u0002');
}

async function lookForKeys({ parts: { store } }: DamageBed, stored: readonly Stored[], withPropertyCrc: boolean): Promise<boolean> {
  let areMissing = false;
  for (const message of stored) {
    const { topic, key } = message;
    const { records } = await store.queryByKey({ topic, key, type: 'key', maxNum: 8, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER });
    for (const bytes of records) checkRecord(Buffer.from(bytes), message, new Map([[placeOf(message), message]]), withPropertyCrc);
    if (records.length === 0) areMissing = true;
  }
  return areMissing;
}

/** Nobody gets a place again that somebody else had. */
async function appendToAll({ parts: { store } }: DamageBed, stored: readonly Stored[]): Promise<void> {
  for (const topic of TOPICS) {
    for (const queueId of QUEUES) {
      const outcome = await store.append(messageDraft({ topic, queueId }));
      if (outcome.kind !== 'ok') throw new Error(`append to ${topic}/${queueId}: ${outcome.kind}`);
      const taken = stored.find((one) => one.topic === topic && one.queueId === queueId && one.queueOffset >= outcome.queueOffset);
      if (taken !== undefined) throw new Error(`${topic}/${queueId} gave ${outcome.queueOffset} twice`);
    }
  }
}
