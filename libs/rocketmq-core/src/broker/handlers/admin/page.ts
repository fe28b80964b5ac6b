import { isProtocolViolation } from '../../../base/index.js';
import { decodeDataVersion, sameDataVersion, type DataVersion } from '../../../protocol/index.js';

export interface PageRequest {
  readonly seq: number | undefined;
  readonly max: number | undefined;
  /** The version that the requester has seen, as JSON. */
  readonly dataVersion: string | undefined;
}

export interface PageOptions {
  readonly enabled: boolean;
  readonly sizeMax: number;
  readonly current: DataVersion;
}

/**
 * The entries of one page, by name; all of them for a requester that knows nothing of pages. A page behind the first is given only while the table
 * is still the one that the first page came from; else it starts over. As Java: TopicConfigManager.subTopicConfigTable.
 */
export function pageOf<T>(
  table: ReadonlyMap<string, T>,
  request: PageRequest,
  { enabled, sizeMax, current }: PageOptions,
): ReadonlyMap<string, T> {
  const { seq, max, dataVersion } = request;
  if (!enabled || (seq === undefined && max === undefined && dataVersion === undefined)) return table;
  const from = seq !== undefined && seq > 0 && isCurrent(dataVersion, current) ? seq : 0;
  const size = Math.max(0, Math.min(max ?? sizeMax, sizeMax));
  const names = [...table.keys()].sort(byCodeUnits).slice(from, from + size);
  return new Map(names.map((name) => [name, table.get(name) as T]));
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isCurrent(text: string | undefined, current: DataVersion): boolean {
  if (text === undefined || text.trim() === '') return false;
  try {
    return sameDataVersion(decodeDataVersion(text), current);
  } catch (error) {
    if (isProtocolViolation(error)) return false;
    throw error;
  }
}
