import { messageOf, OperationFailed, type OperationReason } from '../base/index.js';
import type { Command, Frame } from '../protocol/index.js';
import { answerOf } from './calls.js';
import type { OutgoingCall } from './hooks.js';
import type { PendingCall } from './pending-table.js';
import type { Answer } from './ports.js';

/** What its connection does for a waiting call. */
export interface CallOwner {
  readonly address: string;
  /** Why and as what calls fail when the connection ends. */
  loss(): { readonly reason: OperationReason; readonly text: string };
  withdraw(opaque: number): void;
  /** A call that somebody wants to see is over. @param code of its answer */
  finished(call: OutgoingCall, code: number | undefined, startedMs: number): void;
}

export interface WaitingCallParts<C extends Command> {
  readonly owner: CallOwner;
  readonly command: C;
  readonly opaque: number;
  /** Monotonic time. */
  readonly startedMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Where somebody wants to see it. */
  readonly call: OutgoingCall | undefined;
  readonly resolve: (answer: Answer<C>) => void;
  readonly reject: (error: OperationFailed) => void;
}

/**
 * A request that waits for its answer. A busy client makes one of these for each message, so methods stand in the place of closures, and the parts are
 * taken over one by one: an object that a literal makes may be put among the old ones at once by V8, and keeps all that it knows until a full collection.
 */
export class WaitingCall<C extends Command> implements PendingCall {
  readonly opaque: number;
  readonly deadlineMs: number;
  private readonly owner: CallOwner;
  private readonly command: C;
  private readonly startedMs: number;
  private readonly timeoutMs: number;
  private readonly signal: AbortSignal | undefined;
  private readonly call: OutgoingCall | undefined;
  private readonly resolve: (answer: Answer<C>) => void;
  private readonly reject: (error: OperationFailed) => void;

  constructor({ owner, command, opaque, startedMs, timeoutMs, signal, call, resolve, reject }: WaitingCallParts<C>) {
    this.opaque = opaque;
    this.deadlineMs = startedMs + timeoutMs;
    this.owner = owner;
    this.command = command;
    this.startedMs = startedMs;
    this.timeoutMs = timeoutMs;
    this.signal = signal;
    this.call = call;
    this.resolve = resolve;
    this.reject = reject;
    signal?.addEventListener('abort', this, { once: true });
  }

  answered(frame: Frame): void {
    const { command, owner } = this;
    this.finish(frame.code);
    try {
      this.resolve(answerOf(command, frame));
    } catch (error) {
      const text = `${command.name}: the answer of ${owner.address} is malformed: ${messageOf(error)}`;
      this.reject(new OperationFailed('refused', text, { sent: true }));
    }
  }

  failed(why: 'expired' | 'closed'): void {
    const { owner, timeoutMs } = this;
    this.finish(undefined);
    const { reason, text } = why === 'expired' ? ({ reason: 'timeout', text: `no answer after ${timeoutMs} ms` } as const) : owner.loss();
    this.fail(reason, text);
  }

  /** The signal has fired. */
  handleEvent(): void {
    const { owner, opaque, signal } = this;
    owner.withdraw(opaque);
    this.finish(undefined);
    this.fail('aborted', 'aborted', signal?.reason);
  }

  private fail(reason: OperationReason, text: string, cause?: unknown): void {
    const { command, owner } = this;
    this.reject(new OperationFailed(reason, `${command.name} to ${owner.address}: ${text}`, { cause, sent: true }));
  }

  private finish(code: number | undefined): void {
    const { owner, signal, call, startedMs } = this;
    signal?.removeEventListener('abort', this);
    if (call !== undefined) owner.finished(call, code, startedMs);
  }
}
