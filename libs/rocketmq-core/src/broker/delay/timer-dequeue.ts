import { decodeRecord, PropertyName, TIMER_TOPIC, type MessageExt } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import { isDelete, isRoll, type MessageStore, type TimerFiles, type TimerUnit, type UnitChain } from '../../store/index.js';
import type { Delivery } from './delivery.js';
import type { TopicCountTable } from '../saving/topic-count-table.js';
import { deliveredDraft, rolledDraft } from './timer-drafts.js';
import { outMsOfMessage } from './timer-enqueue.js';

export interface TimerDequeueOptions {
  readonly files: TimerFiles;
  readonly store: Pick<MessageStore, 'recordAt'>;
  readonly delivery: Delivery;
  readonly counts: TopicCountTable;
  readonly precisionMs: number;
  readonly now: () => number;
  /** Resolves when the event loop has served others. */
  readonly nextTurn: () => Promise<void>;
  readonly logger: Logger;
}

/** The tick that is being delivered, and how far. */
interface OpenTick {
  readonly timeMs: number;
  readonly positions: readonly number[];
  next: number;
  /** Positions of the recalls. */
  readonly recalls: readonly number[];
  /** TIMER_DEL_UNIQKEY of the recalls in this tick. */
  readonly recalled: ReadonlySet<string>;
}

const BATCH_UNITS = 256;
const CHAIN_UNITS = 4096;

/** The message a unit of the timer leads to; undefined when something else lies there: the commit log may have lost its end. */
export function messageOfUnit(store: Pick<MessageStore, 'recordAt'>, unit: TimerUnit): MessageExt | undefined {
  const record = store.recordAt(unit.physicalOffset);
  if (record?.length !== unit.size) return undefined;
  const message = decodeRecord(record);
  return message.topic === TIMER_TOPIC ? message : undefined;
}

/** Delivers, tick by tick, what is due. As Java: TimerMessageStore.dequeue and its services. */
export class TimerDequeue {
  /** Everything due in ticks before this time is delivered. */
  readTimeMs = 0;
  /** Messages delivered or rolled since the start. */
  total = 0;
  private open: OpenTick | undefined;

  constructor(private readonly options: TimerDequeueOptions) {}

  /** The first tick whose delivery has not begun, ms. */
  get openFromMs(): number {
    return this.open === undefined ? this.readTimeMs : this.open.timeMs + this.options.precisionMs;
  }

  /**
   * Delivers what is due in ticks before `untilMs`.
   * @returns false when the store refused some: they are delivered again by the next run
   */
  async run(untilMs: number, isStopped: () => boolean): Promise<boolean> {
    while (!isStopped()) {
      this.open ??= await this.nextTick(untilMs);
      if (this.open === undefined) {
        this.readTimeMs = Math.max(this.readTimeMs, untilMs);
        return true;
      }
      if (!(await this.deliverSome(this.open))) return false;
    }
    return true;
  }

  /**
   * For a clean stop, when no run is under way: of the tick in delivery only the rest waits on, with all of its recalls. Java delivers the whole tick
   * again. @param flushMessages resolves when delivered messages are durable
   */
  async keepRest(flushMessages: () => Promise<void>): Promise<void> {
    const { open } = this;
    if (open === undefined) return;
    this.open = undefined;
    for (const position of open.recalls) this.countRecall(position, -1);
    if (open.next === 0) return;
    await flushMessages();
    this.options.files.keepOnly(
      open.timeMs,
      [...open.recalls, ...open.positions.slice(open.next)].sort((a, b) => a - b),
    );
  }

  private async nextTick(untilMs: number): Promise<OpenTick | undefined> {
    const { files } = this.options;
    const timeMs = files.nextAt(this.readTimeMs, untilMs);
    if (timeMs === undefined) return undefined;
    const units = await this.unitsOf(timeMs);
    const recalls = units.filter(isDelete).map(({ position }) => position);
    const recalled = new Set(recalls.flatMap((position) => this.takeRecall(position)));
    const positions = units.flatMap((unit) => (isDelete(unit) ? [] : [unit.position]));
    return { timeMs, positions, next: 0, recalls, recalled };
  }

  /** The oldest first. A tick may hold millions: connections are served in between. */
  private async unitsOf(timeMs: number): Promise<UnitChain['units'][number][]> {
    const { files, nextTurn } = this.options;
    const units: UnitChain['units'][number][] = [];
    for (let from = files.lastPositionAt(timeMs); from >= 0;) {
      const piece = files.chain(timeMs, from, CHAIN_UNITS);
      for (const unit of piece.units) units.push(unit);
      from = piece.next;
      await nextTurn();
    }
    return units.reverse();
  }

  private takeRecall(position: number): string[] {
    const key = this.messageAt(position)?.properties.get(PropertyName.TIMER_DEL_UNIQKEY);
    if (key === undefined) return [];
    this.countRecall(position, 1);
    return [key];
  }

  private countRecall(position: number, step: number): void {
    const message = this.messageAt(position);
    if (message?.properties.has(PropertyName.TIMER_DEL_UNIQKEY) === true) this.count(message, step);
  }

  private async deliverSome(tick: OpenTick): Promise<boolean> {
    const batch = tick.positions.slice(tick.next, tick.next + BATCH_UNITS);
    const waiting = new Map<MessageExt, TimerUnit>();
    for (const position of batch) this.choose(tick, position, waiting);
    if (!(await this.deliver(waiting))) return false;
    for (const message of waiting.keys()) this.count(message, -1);
    this.total += waiting.size;
    tick.next += batch.length;
    if (tick.next >= tick.positions.length) this.close(tick);
    return true;
  }

  private close({ timeMs }: OpenTick): void {
    this.options.files.clear(timeMs);
    this.readTimeMs = timeMs + this.options.precisionMs;
    this.open = undefined;
  }

  private choose(tick: OpenTick, position: number, waiting: Map<MessageExt, TimerUnit>): void {
    const unit = this.options.files.unit(position);
    const message = unit === undefined ? undefined : messageOfUnit(this.options.store, unit);
    if (unit === undefined || message === undefined || !this.belongs(tick, unit, message)) {
      this.options.logger.log('warn', 'a unit of the timer leads to no message of its tick', { position, timeMs: tick.timeMs });
    } else if (isRoll(unit) || !isRecalled(message, tick.recalled)) waiting.set(message, unit);
    // Cancels out with what its recall was counted for.
    else this.count(message, -1);
  }

  /** Whether it is due in this tick, or to be written anew: never early, whatever a damaged log says. */
  private belongs({ timeMs }: OpenTick, unit: TimerUnit, message: MessageExt): boolean {
    return isRoll(unit) || outMsOfMessage(message) - (outMsOfMessage(message) % this.options.precisionMs) === timeMs;
  }

  private async deliver(waiting: ReadonlyMap<MessageExt, TimerUnit>): Promise<boolean> {
    const { delivery, now } = this.options;
    const draftFor = (message: MessageExt) => {
      const unit = waiting.get(message);
      const wait = { enqueuedMs: String(unit?.writeTimeMs ?? 0), nowMs: now() };
      return unit !== undefined && isRoll(unit) ? rolledDraft(message, wait) : deliveredDraft(message, wait);
    };
    return (await delivery.deliver([...waiting.keys()], draftFor)) === undefined;
  }

  private messageAt(position: number): MessageExt | undefined {
    const unit = this.options.files.unit(position);
    return unit === undefined ? undefined : messageOfUnit(this.options.store, unit);
  }

  private count(message: MessageExt, step: number): void {
    this.options.counts.add(message.properties.get(PropertyName.REAL_TOPIC) ?? '', step);
  }
}

/** Releases before 5.4 write topic and key, later ones the key alone: both count. */
function isRecalled(message: MessageExt, recalled: ReadonlySet<string>): boolean {
  const key = message.properties.get(PropertyName.UNIQ_KEY);
  if (key === undefined || recalled.size === 0) return false;
  return recalled.has(key) || recalled.has(`${message.properties.get(PropertyName.REAL_TOPIC)}+${key}`);
}
