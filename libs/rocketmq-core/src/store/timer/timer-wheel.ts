import { Corruption } from '../../base/index.js';
import type { FileHandle, FileSystem } from '../../runtime/index.js';
import { isEmptySlot, readSlot, SLOT_SIZE, writeSlot, type Slot } from './wheel-layout.js';

/** Slots of half a turn: a week of seconds. As Java: TimerMessageStore.TIMER_WHEEL_TTL_DAY. */
export const WHEEL_SLOTS = 7 * 24 * 3600;

export interface TimerWheelOptions {
  readonly files: FileSystem;
  readonly path: string;
  readonly precisionMs: number;
  /** Slots of half a turn; the file has twice as many. */
  readonly slotsTotal: number;
}

const READ_SLOTS = 8192;
const NO_SLOT: Slot = { tick: 0, firstPosition: 0, lastPosition: 0, count: 0 };

/**
 * For each tick the chain of its messages in the timer log. Changes are kept in memory until `takeChanges`; written before the log is durable
 * they would point to nothing after a power cut. As Java: TimerWheel.
 */
export class TimerWheel {
  readonly precisionMs: number;
  private readonly slotCount: number;
  private handle: FileHandle | undefined;
  private changed = new Map<number, Slot>();
  /** Taken, and not yet in the file. */
  private leaving = new Map<number, Slot>();
  private waiting = 0;

  constructor(private readonly options: TimerWheelOptions) {
    this.precisionMs = options.precisionMs;
    this.slotCount = options.slotsTotal * 2;
  }

  get exists(): boolean {
    return this.options.files.existsSync(this.options.path);
  }

  /** A file that is too short was being made when the machine stopped: what is in it means nothing. */
  get isWhole(): boolean {
    return this.options.files.statSync(this.options.path)?.size === this.size;
  }

  private get size(): number {
    return this.slotCount * SLOT_SIZE;
  }

  /** Makes what is missing of the file. @throws Corruption for one that is too long */
  open(): void {
    const { files, path } = this.options;
    this.handle = files.openSync(path, 'create');
    const size = this.handle.sizeSync();
    if (size > this.size) throw new Corruption(path, size, `the timer wheel has ${size} bytes, ${this.size} are expected`);
    if (size === this.size) return;
    this.handle.truncateSync(0);
    this.handle.truncateSync(this.size);
    this.handle.datasyncSync();
  }

  tickOf(timeMs: number): number {
    return Math.floor(timeMs / this.precisionMs);
  }

  /** Undefined when nothing is due in the tick of that time. */
  slotAt(timeMs: number): Slot | undefined {
    const tick = this.tickOf(timeMs);
    const slot = this.slotOf(tick % this.slotCount);
    return slot.tick === tick ? slot : undefined;
  }

  /** The unit at that position of the log is the last of its tick. @param step what it adds to the number of messages */
  chain(timeMs: number, position: number, step: 1 | -1): void {
    const tick = this.tickOf(timeMs);
    const before = this.slotOf(tick % this.slotCount);
    const slot = before.tick === tick ? before : undefined;
    const count = (slot?.count ?? 0) + step;
    this.put(before, { tick, firstPosition: slot?.firstPosition ?? position, lastPosition: position, count });
  }

  /** Nothing is due in that tick any more. */
  clear(timeMs: number): void {
    const index = this.tickOf(timeMs) % this.slotCount;
    this.waiting -= this.slotOf(index).count;
    this.changed.set(index, NO_SLOT);
  }

  private put(before: Slot, slot: Slot): void {
    this.waiting += slot.count - before.count;
    this.changed.set(slot.tick % this.slotCount, slot);
  }

  /** Messages that wait in all ticks, less those that are taken back. As Java: TimerWheel.getAllNum. */
  get messageCount(): number {
    return this.waiting;
  }

  /** Counts anew what the file holds. */
  recount(): void {
    this.waiting = 0;
    for (const { count } of this.slots()) this.waiting += count;
  }

  /** The time of the first tick from `fromMs` on, and before `untilMs`, in which something is due. */
  nextAt(fromMs: number, untilMs: number): number | undefined {
    const from = this.tickOf(fromMs);
    const until = this.tickOf(untilMs);
    const tick = until - from > this.slotCount ? this.oldestTick(from, until) : this.firstTick(from, until);
    return tick === undefined ? undefined : tick * this.precisionMs;
  }

  /** Within one turn a tick has one place. */
  private firstTick(from: number, until: number): number | undefined {
    for (let tick = from; tick < until;) {
      const index = tick % this.slotCount;
      const slots = this.slotsFrom(index, Math.min(READ_SLOTS, until - tick, this.slotCount - index));
      const found = slots.find((slot, i) => slot.tick === tick + i);
      if (found !== undefined) return found.tick;
      tick += slots.length;
    }
    return undefined;
  }

  private oldestTick(from: number, until: number): number | undefined {
    let oldest = until;
    for (const { tick } of this.slots()) if (tick >= from && tick < oldest) oldest = tick;
    return oldest < until ? oldest : undefined;
  }

  /** All slots that hold something. */
  *slots(): Generator<Slot> {
    const bytes = Buffer.alloc(READ_SLOTS * SLOT_SIZE);
    for (let start = 0; start < this.slotCount; start += READ_SLOTS) {
      const count = Math.min(READ_SLOTS, this.slotCount - start);
      this.handle?.readSync(bytes, 0, count * SLOT_SIZE, start * SLOT_SIZE);
      for (let i = 0; i < count; i++) {
        const known = this.hasChanges ? this.known(start + i) : undefined;
        // More than a million slots, nearly all of them empty: those cost a look at their tick.
        if (known === undefined && isEmptySlot(bytes, i * SLOT_SIZE)) continue;
        const slot = known ?? readSlot(bytes, i * SLOT_SIZE);
        if (slot.tick > 0) yield slot;
      }
    }
  }

  private slotsFrom(index: number, count: number): Slot[] {
    const bytes = Buffer.alloc(count * SLOT_SIZE);
    this.handle?.readSync(bytes, 0, bytes.length, index * SLOT_SIZE);
    return Array.from({ length: count }, (_, i) => this.known(index + i) ?? readSlot(bytes, i * SLOT_SIZE));
  }

  private slotOf(index: number): Slot {
    return this.known(index) ?? this.slotsFrom(index, 1)[0] ?? NO_SLOT;
  }

  private known(index: number): Slot | undefined {
    return this.changed.get(index) ?? this.leaving.get(index);
  }

  get hasChanges(): boolean {
    return this.changed.size > 0 || this.leaving.size > 0;
  }

  /** What has changed so far is what the next `write` writes. */
  takeChanges(): void {
    for (const [index, slot] of this.changed) this.leaving.set(index, slot);
    this.changed = new Map();
  }

  /** Resolves when what was taken is durable. @throws OperationFailed; what was taken is written by a later call */
  async write(): Promise<void> {
    const { handle } = this;
    if (handle === undefined || this.leaving.size === 0) return;
    const bytes = Buffer.alloc(SLOT_SIZE);
    for (const [index, slot] of this.leaving) {
      writeSlot(bytes, 0, slot);
      handle.writeSync(bytes, index * SLOT_SIZE);
    }
    await handle.datasync();
    this.leaving = new Map();
  }

  close(): void {
    this.handle?.closeSync();
    this.handle = undefined;
  }
}
