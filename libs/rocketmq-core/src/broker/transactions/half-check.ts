import { messageOf } from '../../base/index.js';
import { PropertyName, TRANS_HALF_TOPIC, TRANS_OP_HALF_TOPIC, type MessageExt } from '../../protocol/index.js';
import type { Clock, Logger } from '../../runtime/index.js';
import type { OffsetTable } from '../offsets/offset-table.js';
import { isAccepted } from '../sending/append-reply.js';
import type { MessageWriter } from '../writing/message-writer.js';
import type { QueueReader } from '../writing/queue-reader.js';
import type { CheckBack } from './check-back.js';
import {
  checkTimesOf,
  discardedOf,
  HALF_QUEUE,
  ownImmunityMs,
  preparedOffsetOf,
  renewedOf,
  targetOf,
  type HalfTarget,
} from './half-message.js';
import type { HalfTable } from './half-table.js';
import type { OpBatchLoop } from './op-batch-loop.js';
import { readOps, type Ops } from './op-reader.js';

export interface HalfCheckOptions {
  readonly reader: Pick<QueueReader, 'read'>;
  readonly writer: Pick<MessageWriter, 'append'>;
  readonly halves: HalfTable;
  readonly ops: Pick<OpBatchLoop, 'add'>;
  readonly offsets: Pick<OffsetTable, 'query' | 'commit'>;
  readonly checkBack: Pick<CheckBack, 'canAsk' | 'ask'>;
  /** Makes sure that there is a topic for halves that are given up. */
  readonly prepareDiscard: () => void;
  /** A half was given up for good. */
  readonly onDiscard: (half: MessageExt) => void;
  /** A half that has to stay is moved to the end when this many lie behind it, so that a round never walks further. */
  readonly stayDistanceMax: number;
  readonly log: { readonly written: () => number; readonly flushed: () => number };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: {
    readonly transactionTimeOut: number;
    readonly transactionCheckMax: number;
    readonly fileReservedTime: number;
  };
}

/** As Java: MixAll.CID_SYS_RMQ_TRANS. */
export const TRANSACTION_GROUP = 'CID_RMQ_SYS_TRANS';
const HALVES = { group: TRANSACTION_GROUP, topic: TRANS_HALF_TOPIC, queueId: HALF_QUEUE };
const OPS = { ...HALVES, topic: TRANS_OP_HALF_TOPIC };
const READ_MAX = 32;
/** As Java: TransactionalMessageServiceImpl.MAX_PROCESS_TIME_LIMIT. */
const ROUND_TIME_MAX_MS = 60_000;
const HOUR_MS = 3_600_000;

/** One walk through the half queue. */
interface Round {
  readonly startedAt: number;
  readonly deadlineMs: number;
  /** The first half, and the end of the queue when the round began. */
  readonly from: number;
  readonly to: number;
  readonly ops: Ops;
  /** The first half that has to stay where it is. */
  staysAt: number | undefined;
}

type Judgement =
  | { readonly kind: 'done' | 'stay' | 'discard' }
  | { readonly kind: 'ask'; readonly target: HalfTarget }
  /** Nobody to ask, or too young, but in the way. */
  | { readonly kind: 'move' };

/**
 * Goes through the halves that are not done with: too young ones stay, those of a group with a live producer are asked for, those asked for too
 * often or too old are given up. As Java: TransactionalMessageServiceImpl.check, with three differences that keep a half from being lost or asked
 * in vain: only a question that somebody gets counts; every op message is read before the first half is judged; and a half leaves the queue only
 * when what takes its place is durable.
 */
export class HalfCheck {
  private stopping = false;
  /** How far a round came whose work is not flushed yet. */
  private reached: { readonly halfOffset: number; readonly opOffset: number; readonly written: number } | undefined;

  constructor(private readonly options: HalfCheckOptions) {}

  /** Cuts a round short. The log is flushed when the store is closed, so the offset may move now. */
  stop(): void {
    this.stopping = true;
    this.commit();
  }

  async run(): Promise<void> {
    this.commit();
    const round = await this.begin();
    let reached = round.from;
    try {
      reached = await this.walk(round);
    } finally {
      // Also after an error: what was passed stays passed, or the same half would end every round.
      this.leave(round, round.staysAt ?? reached);
    }
  }

  private async begin(): Promise<Round> {
    const { reader, clock, logger } = this.options;
    const position = this.offsetOf(HALVES);
    const ops = await readOps(reader, this.offsetOf(OPS));
    const { minOffset, maxOffset } = await reader.read({
      topic: TRANS_HALF_TOPIC,
      queueId: HALF_QUEUE,
      queueOffset: position,
      maxMessages: 1,
    });
    const from = Math.min(Math.max(position, minOffset), maxOffset);
    if (from !== position) logger.log('warn', 'the half queue does not reach its offset', { offset: position, minOffset, maxOffset });
    const deadlineMs = clock.monotonic() + ROUND_TIME_MAX_MS;
    return { startedAt: clock.now(), deadlineMs, from, to: maxOffset, ops, staysAt: undefined };
  }

  private offsetOf(queue: typeof HALVES): number {
    return Math.max(0, this.options.offsets.query(queue));
  }

  /** @returns the first half that was not looked at */
  private async walk(round: Round): Promise<number> {
    let at = round.from;
    while (at < round.to && !this.stopping && this.options.clock.monotonic() < round.deadlineMs) {
      if (this.isDone(round, at)) {
        at += 1;
        continue;
      }
      const read = await this.options.reader.read({
        topic: TRANS_HALF_TOPIC,
        queueId: HALF_QUEUE,
        queueOffset: at,
        maxMessages: Math.min(READ_MAX, round.to - at),
      });
      if (read.nextOffset <= at) break;
      await this.treat(round, read.messages);
      at = read.nextOffset;
    }
    return at;
  }

  private isDone(round: Round, queueOffset: number): boolean {
    return this.options.halves.endOf(queueOffset) !== undefined || round.ops.done.has(queueOffset);
  }

  // Together, because each waits for the disk.
  private async treat(round: Round, halves: readonly MessageExt[]): Promise<void> {
    const passed = await Promise.all(halves.map((half) => this.treatOne(round, half)));
    for (const [index, half] of halves.entries()) if (passed[index] === false) round.staysAt ??= half.queueOffset;
  }

  /** @returns whether the half is done with at this place */
  private async treatOne(round: Round, half: MessageExt): Promise<boolean> {
    try {
      const judgement = this.judge(round, half);
      switch (judgement.kind) {
        case 'done':
          return true;
        case 'stay':
          return false;
        case 'discard':
          return await this.discard(half);
        case 'move':
          return (await this.move(half, new Map())) !== undefined;
        case 'ask':
          return await this.ask(half, judgement.target);
      }
    } catch (error) {
      this.options.logger.log('error', 'a half message was not checked', { queueOffset: half.queueOffset, error: messageOf(error) });
      return false;
    }
  }

  private judge(round: Round, half: MessageExt): Judgement {
    const { halves, clock, settings, checkBack } = this.options;
    const { queueOffset } = half;
    if (this.isDone(round, queueOffset)) return { kind: 'done' };
    if (this.isDoneElsewhere(round, half)) {
      halves.end(queueOffset, 'moved');
      this.options.ops.add(queueOffset);
      return { kind: 'done' };
    }
    if (halves.isEnding(queueOffset) || half.storeTimestamp >= round.startedAt) return { kind: 'stay' };
    const ageMs = clock.now() - half.bornTimestamp;
    const target = targetOf(half);
    // A half that no transaction can end would be in the way for ever.
    if (target === undefined || this.isSpent(half, ageMs)) return { kind: 'discard' };
    if (!isImmune(half, ageMs, settings.transactionTimeOut) && checkBack.canAsk(target.group)) return { kind: 'ask', target };
    return { kind: round.to - queueOffset > this.options.stayDistanceMax ? 'move' : 'stay' };
  }

  private isSpent(half: MessageExt, ageMs: number): boolean {
    const { transactionCheckMax, fileReservedTime } = this.options.settings;
    return checkTimesOf(half) >= transactionCheckMax || ageMs > fileReservedTime * HOUR_MS;
  }

  /** Whether the copy that the producer knows has ended. What this process notes of a copy that it has moved itself says no more than that. */
  private isDoneElsewhere(round: Round, half: MessageExt): boolean {
    const { halves } = this.options;
    const prepared = preparedOffsetOf(half);
    if (prepared === undefined || !round.ops.done.has(prepared)) return false;
    return halves.endOf(prepared) !== 'moved' || halves.newestOf(prepared) !== half.queueOffset;
  }

  private async ask(half: MessageExt, target: HalfTarget): Promise<boolean> {
    const { checkBack, logger } = this.options;
    const times = String(checkTimesOf(half) + 1);
    const moved = await this.move(half, new Map([[PropertyName.TRANSACTION_CHECK_TIMES, times]]));
    if (moved === undefined) return false;
    if (moved !== 'ended' && !checkBack.ask(moved, target)) {
      logger.log('warn', 'no producer took the question about a transaction', { group: target.group, queueOffset: moved.queueOffset });
    }
    return true;
  }

  /** @returns the copy at the end of the queue; `ended` when the producer was faster; undefined when the half stays here */
  private async move(half: MessageExt, changes: ReadonlyMap<string, string>): Promise<MessageExt | 'ended' | undefined> {
    const { writer, halves, ops, logger } = this.options;
    const draft = renewedOf(half, changes);
    const outcome = await writer.append(draft);
    if (!isAccepted(outcome)) {
      logger.log('error', 'a half message was not written again', { queueOffset: half.queueOffset, reason: outcome.reason });
      return undefined;
    }
    const { queueOffset, physicalOffset, storeTimestamp } = outcome;
    if (halves.isEnding(half.queueOffset) || halves.endOf(half.queueOffset) !== undefined) {
      // The producer ended it meanwhile: the copy is nobody's.
      halves.end(queueOffset, 'moved');
      ops.add(queueOffset);
      return halves.isEnding(half.queueOffset) ? undefined : 'ended';
    }
    halves.move(half.queueOffset, queueOffset);
    // The offset moves later, and not at all while an older half has to stay: the op message says that this place is done with.
    ops.add(half.queueOffset);
    return { ...half, queueOffset, physicalOffset, storeTimestamp, properties: new Map([...half.properties, ...changes]) };
  }

  private async discard(half: MessageExt): Promise<boolean> {
    const { writer, halves, ops, logger, prepareDiscard, onDiscard } = this.options;
    // Nobody may end it while it is being given up.
    if (!halves.begin(half.queueOffset)) return false;
    prepareDiscard();
    const outcome = await writer.append(discardedOf(half)).catch((error: unknown) => {
      halves.abort(half.queueOffset);
      throw error;
    });
    if (!isAccepted(outcome)) {
      halves.abort(half.queueOffset);
      logger.log('error', 'a half message was not given up', { queueOffset: half.queueOffset, reason: outcome.reason });
      return false;
    }
    halves.end(half.queueOffset, 'moved');
    ops.add(half.queueOffset);
    const times = checkTimesOf(half);
    logger.log('error', 'a transaction was given up', { times, topic: targetOf(half)?.topic, queueOffset: half.queueOffset });
    onDiscard(half);
    return true;
  }

  private leave(round: Round, halfOffset: number): void {
    const { offsets, log } = this.options;
    const opOffset = round.ops.neededFrom(halfOffset);
    if (offsets.query(HALVES) === halfOffset && offsets.query(OPS) === opOffset) return;
    this.reached ??= { halfOffset, opOffset, written: log.written() };
    this.commit();
  }

  // The offset is in a file of its own: it must not be durable before the copies and the committed messages that it relies on.
  private commit(): void {
    const { offsets, halves, log } = this.options;
    if (this.reached === undefined || (!this.stopping && log.flushed() < this.reached.written)) return;
    const { halfOffset, opOffset } = this.reached;
    this.reached = undefined;
    offsets.commit(HALVES, halfOffset);
    offsets.commit(OPS, opOffset);
    halves.pass(halfOffset);
  }
}

function isImmune(half: MessageExt, ageMs: number, transactionTimeoutMs: number): boolean {
  const ownMs = ownImmunityMs(half, transactionTimeoutMs);
  if (ownMs !== undefined) return ageMs <= ownMs;
  // As Java: a birth in the future is the clock of the producer's machine, not a reason to wait.
  return ageMs >= 0 && ageMs <= transactionTimeoutMs;
}
