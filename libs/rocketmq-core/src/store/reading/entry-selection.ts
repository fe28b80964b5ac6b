import { BLANK_ENTRY_SIZE, ENTRY_SIZE, entryMessageSize, entryPhysicalOffset, entryTagsCode } from '../consume-queue/entry-layout.js';
import type { GetStatus } from '../outcomes.js';

/** Where a record lies in the log. */
export interface Extent {
  readonly physicalOffset: number;
  readonly size: number;
}

export interface SelectionRules {
  readonly maxMessages: number;
  /** Bytes of all records together; the first is taken whatever its size. */
  readonly sizeMax: number;
  /** Records below this physical offset are old ones, for which tighter limits hold. */
  readonly recentFrom: number;
  readonly recent: { readonly count: number; readonly size: number };
  readonly old: { readonly count: number; readonly size: number };
  /** What of the log can be read. */
  readonly readable: { readonly from: number; readonly to: number };
  readonly segmentSize: number;
  readonly matches: ((tagsCode: bigint) => boolean) | undefined;
}

export interface Selection {
  readonly status: GetStatus;
  /** Entries that were looked at; the next read starts behind them. */
  readonly examined: number;
  readonly extents: readonly Extent[];
  readonly sizeTotal: number;
  /** Entries that lead behind the end of the log, or have no size: the disk has changed them. */
  readonly astray: readonly Extent[];
}

interface Taken {
  readonly count: number;
  /** Bytes. */
  readonly size: number;
}

const NOTHING_YET: Taken = { count: 0, size: 0 };

/**
 * Which messages a read answers with. As Java: DefaultMessageStore.getMessage and isTheBatchFull.
 * @param entries consume queue entries from the wanted offset on
 * @param already what the answer has from the entries before these
 */
export function selectEntries(entries: Buffer, rules: SelectionRules, already = NOTHING_YET): Selection {
  const extents: Extent[] = [];
  const astray: Extent[] = [];
  let status: GetStatus = 'no-matched-message';
  let sizeTotal = 0;
  let examined = 0;
  let skipBelow = -Infinity;
  for (let at = 0; at + ENTRY_SIZE <= entries.length; at += ENTRY_SIZE) {
    const physicalOffset = entryPhysicalOffset(entries, at);
    const size = entryMessageSize(entries, at);
    if (isFull({ physicalOffset, size }, already.count + extents.length, already.size + sizeTotal, rules)) break;
    examined += 1;
    if (physicalOffset < skipBelow) continue;
    if (rules.matches !== undefined && !rules.matches(entryTagsCode(entries, at))) {
      if (extents.length === 0) status = 'no-matched-message';
      continue;
    }
    const goneUpTo = goneAround({ physicalOffset, size }, rules);
    if (goneUpTo !== undefined) {
      if (goneUpTo === -Infinity) astray.push({ physicalOffset, size });
      if (extents.length === 0) status = 'message-was-removing';
      skipBelow = goneUpTo;
      continue;
    }
    extents.push({ physicalOffset, size });
    sizeTotal += size;
    status = 'found';
    skipBelow = -Infinity;
  }
  return { status, examined, extents, sizeTotal, astray };
}

/** A damaged entry, which says nothing of its neighbours. Those that fill a file from its start up to its first message are none. */
function isAstray({ physicalOffset, size }: Extent, readable: SelectionRules['readable']): boolean {
  const isBlank = physicalOffset === 0 && size === BLANK_ENTRY_SIZE;
  return !isBlank && (size <= 0 || physicalOffset < 0 || physicalOffset + size > readable.to);
}

/** Undefined for what can be read; else the physical offset up to which nothing can. As Java: a whole segment expires at once. */
function goneAround({ physicalOffset, size }: Extent, { readable, segmentSize }: SelectionRules): number | undefined {
  if (isAstray({ physicalOffset, size }, readable)) return -Infinity;
  if (physicalOffset >= readable.from && physicalOffset + size <= readable.to) return undefined;
  return physicalOffset - (physicalOffset % segmentSize) + segmentSize;
}

function isFull(next: Extent, count: number, sizeTotal: number, rules: SelectionRules): boolean {
  if (count === 0) return false;
  const size = sizeTotal + next.size;
  if (count + 1 > rules.maxMessages || size > rules.sizeMax || sizeTotal >= rules.sizeMax) return true;
  const limits = next.physicalOffset >= rules.recentFrom ? rules.recent : rules.old;
  return size > limits.size || count >= limits.count;
}

/** One read that covers several records. */
export interface Span {
  readonly from: number;
  to: number;
  readonly extents: Extent[];
}

/** A read costs about as much as copying this many bytes that nobody asked for. */
const GAP_MAX = 8 * 1024;

/**
 * Reads that cover the extents: neighbours, and what is only a little apart, share one. None covers two segments: the first may be gone when it
 * runs, and the messages of the second are not to go with it.
 */
export function spansOf(extents: readonly Extent[], segmentSize: number): Span[] {
  const segmentOf = ({ physicalOffset }: Extent) => Math.floor(physicalOffset / segmentSize);
  const spans: Span[] = [];
  let last: Span | undefined;
  let lastSegment = 0;
  for (const extent of extents) {
    const end = extent.physicalOffset + extent.size;
    if (last !== undefined && isNear(last, extent) && segmentOf(extent) === lastSegment) {
      last.to = end;
      last.extents.push(extent);
    } else {
      last = { from: extent.physicalOffset, to: end, extents: [extent] };
      lastSegment = segmentOf(extent);
      spans.push(last);
    }
  }
  return spans;
}

const isNear = ({ to }: Span, { physicalOffset }: Extent) => physicalOffset >= to && physicalOffset - to <= GAP_MAX;
