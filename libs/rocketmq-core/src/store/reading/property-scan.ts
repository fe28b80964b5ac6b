import { inspectRecord } from '../../protocol/index.js';
import { ENTRY_SIZE, entryPhysicalOffset } from '../consume-queue/entry-layout.js';
import type { GetStatus } from '../outcomes.js';
import { selectEntries, spansOf, type SelectionRules, type Span } from './entry-selection.js';
import { recordsOf } from './span-records.js';

/** Bytes of records that one read looks into. It may find nothing in them; the consumer then goes on from where it stopped. */
const SCAN_SIZE_MAX = 4 * 1024 * 1024;

/**
 * Looks for the messages of a queue whose properties match. The entries do not tell, so as many records are read as would fit the answer, those
 * that match are kept, and so on until the answer is full or the entries are passed. As Java: DefaultMessageStore.getMessage with
 * MessageFilter.isMatchedByCommitLog.
 */
export class PropertyScan {
  /** Entries that were passed. */
  examined = 0;
  status: GetStatus = 'no-matched-message';
  readonly records: Buffer[] = [];
  messageCount = 0;
  private sizeTotal = 0;
  private scannedSize = 0;

  constructor(
    readonly entries: Buffer,
    private readonly rules: SelectionRules,
    private readonly wants: (propertyText: string) => boolean,
  ) {}

  /** Where the first message lies. */
  get firstPhysicalOffset(): number {
    return this.entries.length < ENTRY_SIZE ? Infinity : entryPhysicalOffset(this.entries, 0);
  }

  /** What has to be read next; undefined at the end. */
  next(): readonly Span[] | undefined {
    const at = this.examined * ENTRY_SIZE;
    if (at >= this.entries.length || this.scannedSize >= SCAN_SIZE_MAX) return undefined;
    const already = { count: this.messageCount, size: this.sizeTotal };
    const selection = selectEntries(this.entries.subarray(at), this.rules, already);
    if (selection.examined === 0) return undefined;
    this.examined += selection.examined;
    this.scannedSize += selection.sizeTotal;
    if (this.messageCount === 0 && selection.status !== 'found') this.status = selection.status;
    return spansOf(selection.extents, this.rules.segmentSize);
  }

  /** @param bytes of the span */
  take(span: Span, bytes: Buffer): void {
    const { buffers, count } = recordsOf(span, bytes, (record, at) => this.isWanted(record, at));
    if (count === 0) return;
    this.status = 'found';
    this.messageCount += count;
    for (const buffer of buffers) {
      this.records.push(buffer);
      this.sizeTotal += buffer.length;
    }
  }

  private isWanted(bytes: Buffer, at: number): boolean {
    const record = inspectRecord(bytes, at);
    return record.kind === 'record' && this.wants(record.propertiesText);
  }
}
