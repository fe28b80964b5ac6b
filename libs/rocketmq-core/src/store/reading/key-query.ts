import type { InspectedRecord } from '../../protocol/index.js';
import { hasIndexKey, indexHash, type IndexType } from '../index-file/index-keys.js';
import type { MessageIndex } from '../index-file/message-index.js';
import type { MessageReader } from './message-reader.js';

export interface KeyQuery {
  readonly topic: string;
  readonly key: string;
  readonly type: IndexType;
  readonly maxNum: number;
  /** Store times, ms, both included. */
  readonly beginMs: number;
  readonly endMs: number;
}

export interface KeyQueryResult {
  /** In the order of the log. */
  readonly records: readonly Buffer[];
  readonly indexLastUpdateTimestamp: number;
  readonly indexLastUpdatePhysicalOffset: number;
}

/** The answer has to fit a frame of 16 MiB. */
const BYTES_MAX = 12 * 1024 * 1024;
/** Entries looked at that lead to other messages: tags are shared by many. */
const MISSES_MAX = 10_000;

/**
 * The newest messages with a key. Only those that have it: Java also answers messages whose keys have the same hash, and its clients drop them.
 * As Java: DefaultMessageStore.queryMessage.
 */
export async function queryByKey(
  parts: { readonly index: MessageIndex; readonly records: Pick<MessageReader, 'recordAt'> },
  query: KeyQuery,
): Promise<KeyQueryResult> {
  const { index, records } = parts;
  const { beginMs, endMs } = query;
  const found: { physicalOffset: number; bytes: Buffer }[] = [];
  let size = 0;
  let misses = 0;
  if (query.maxNum > 0) {
    for await (const physicalOffset of index.select({ keyHash: indexHash(query.topic, query.key, query.type), beginMs, endMs })) {
      const bytes = wantedRecord(await records.recordAt(physicalOffset), query);
      if (bytes === undefined) misses += 1;
      else if (found.length > 0 && size + bytes.length > BYTES_MAX) break;
      else {
        found.push({ physicalOffset, bytes });
        size += bytes.length;
      }
      if (found.length >= query.maxNum || misses > MISSES_MAX) break;
    }
  }
  found.sort((a, b) => a.physicalOffset - b.physicalOffset);
  const { timestamp, physicalOffset } = index.lastUpdate;
  return { records: found.map(({ bytes }) => bytes), indexLastUpdateTimestamp: timestamp, indexLastUpdatePhysicalOffset: physicalOffset };
}

function wantedRecord(record: InspectedRecord | undefined, query: KeyQuery): Buffer | undefined {
  if (record === undefined || record.storeTimestamp < query.beginMs || record.storeTimestamp > query.endMs) return undefined;
  return hasIndexKey({ topic: record.topic, properties: record.propertiesText }, query) ? record.bytes : undefined;
}
