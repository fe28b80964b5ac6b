import type { InspectedRecord } from '../../protocol/index.js';
import { indexHash, isIndexed, KeyHasher } from '../index-file/index-keys.js';
import { secondsAfter } from '../index-file/index-layout.js';
import type { Report } from './finding.js';
import type { IndexView, PlacedEntry } from './index-view.js';

/** Walks log and index side by side: both are in the order of the log. */
export class IndexCheck {
  /** Entries looked at. */
  entries = 0;
  private readonly walk: Iterator<{ readonly entry: PlacedEntry; readonly view: IndexView }, void>;
  private next: { readonly entry: PlacedEntry; readonly view: IndexView } | undefined;
  private readonly hasher = new KeyHasher();
  private last = -1;

  constructor(
    private readonly views: readonly IndexView[],
    private readonly logBegin: number,
    private readonly report: Report,
  ) {
    for (const view of views) view.check(report);
    this.walk = entriesOf(views);
    this.advance();
  }

  /** Files of other sizes cannot be compared with anything. */
  private get begin(): number {
    const [first] = this.views;
    return first === undefined || !this.views.every((view) => view.isReadable) ? Infinity : first.header.beginPhysicalOffset;
  }

  private advance(): void {
    const step = this.walk.next();
    this.next = step.done === true ? undefined : step.value;
    if (this.next === undefined) return;
    const { file, position, number, physicalOffset } = this.next.entry;
    this.entries += 1;
    if (physicalOffset < this.last)
      this.report(file, position, `entry ${number} leads to ${physicalOffset}, before the one in front of it`);
    this.last = physicalOffset;
  }

  /** A record of the log, in the order of the log. */
  visit(record: InspectedRecord): void {
    const { physicalOffset } = record;
    if (physicalOffset < this.begin) return;
    this.leaveBehind(physicalOffset);
    const found = new Set<number>();
    const wanted = this.hashesOf(record);
    while (this.next?.entry.physicalOffset === physicalOffset) {
      this.compare(this.next, wanted, record.storeTimestamp);
      found.add(this.next.entry.keyHash);
      this.advance();
    }
    if (isIndexed(record)) this.findMissing(record, wanted, found);
  }

  private hashesOf({ topic, propertiesText }: InspectedRecord): Set<number> {
    return new Set(this.hasher.hashes(topic, propertiesText));
  }

  private compare({ entry, view }: { entry: PlacedEntry; view: IndexView }, wanted: ReadonlySet<number>, storeTimestamp: number): void {
    const { file, position, number, physicalOffset, keyHash, seconds } = entry;
    if (!wanted.has(keyHash)) this.report(file, position, `entry ${number} is of no key of the message at ${physicalOffset}`);
    const expected = secondsAfter(view.header.beginTimestamp, storeTimestamp);
    if (seconds !== expected) this.report(file, position + 12, `entry ${number} says second ${seconds}, its message ${expected}`);
  }

  // Releases before 5.4 have no entries for tags.
  private findMissing(record: InspectedRecord, wanted: ReadonlySet<number>, found: ReadonlySet<number>): void {
    const { topic, tags, physicalOffset } = record;
    const tagHash = tags === undefined || tags === '' ? undefined : indexHash(topic, tags, 'tag');
    const missing = [...wanted].filter((hash) => !found.has(hash) && hash !== tagHash);
    const file = this.next?.entry.file ?? this.views.at(-1)?.path ?? '';
    if (missing.length > 0)
      this.report(file, this.next?.entry.position ?? 0, `${missing.length} keys of the message at ${physicalOffset} are not here`);
  }

  /** Entries that come before what is compared now. */
  private leaveBehind(physicalOffset: number): void {
    while (this.next !== undefined && this.next.entry.physicalOffset < physicalOffset) {
      const { file, position, number, physicalOffset: target } = this.next.entry;
      if (target >= this.logBegin) this.report(file, position, `entry ${number} leads to ${target}, where no message is`);
      this.advance();
    }
  }

  /** The log has ended. */
  finish(): void {
    this.leaveBehind(Infinity);
  }
}

function* entriesOf(views: readonly IndexView[]): Generator<{ readonly entry: PlacedEntry; readonly view: IndexView }, void> {
  for (const view of views) for (const entry of view.entries()) yield { entry, view };
}
