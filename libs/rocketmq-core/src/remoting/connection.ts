import { AsyncResource } from 'node:async_hooks';
import { deferred, messageOf, OperationFailed } from '../base/index.js';
import {
  type Command,
  decodeFrame,
  formatHost,
  type Frame,
  FrameFlag,
  FrameSplitter,
  HeaderMemory,
  type HeaderOf,
  type HostAddress,
} from '../protocol/index.js';
import { type Clock, type Logger, sleep } from '../runtime/index.js';
import { Alarm } from './alarm.js';
import type { Budget } from './budget.js';
import type { ByteStream } from './byte-stream.js';
import { type Caller, type FramePlace, partsOf, sizeOf } from './calls.js';
import type { RemotingLimits } from './config.js';
import type { OutgoingCall } from './hooks.js';
import { Intake } from './intake.js';
import { Outbox, type TurnFlush } from './outbox.js';
import { PendingTable } from './pending-table.js';
import type { Answer, CallOptions, Peer } from './ports.js';
import { type CallOwner, WaitingCall } from './waiting-call.js';

/** Takes the requests that arrive on connections. */
export interface RequestSink {
  /** @param size bytes of the frame. Never throws. */
  request(frame: Frame, connection: Connection, size: number): void;
}

/** What all connections of one server or one client share. */
export interface ConnectionTraits {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: RemotingLimits;
  readonly input: Budget;
  readonly output: Budget;
  readonly turns: TurnFlush;
  readonly sink: RequestSink;
  readonly caller: Caller;
  /** An accepted peer that does not read its answers is not read either. A dialled one always is: two ends that wait for each other never stop. */
  readonly accepted: boolean;
}

/**
 * Requests that leave before the turn ends: the server begins with them while the rest is made. Otherwise senders that wait for their answers keep
 * step with each other, and client and server work by turns on processors of their own.
 */
const PROMPT_REQUESTS_SIZE = 16 * 1024;

/** Bodies below this size are copied behind their header: the socket takes one piece of memory sooner than two. */
const COPY_BELOW = 8 * 1024;

/** A request on its way into the outbox. */
interface OutgoingFrame {
  /** All but the body, as the caller has printed it. */
  readonly printedSize: number;
  readonly body: readonly Buffer[];
  /** In the place of what is printed, where somebody wants to see it. */
  readonly call: OutgoingCall | undefined;
  readonly place: FramePlace;
}

/** Frames over one byte stream; both ends ask and answer. */
export class Connection implements Peer {
  // The counter of Node: unique in the process without a variable of the module.
  readonly id = new AsyncResource('RocketMQConnection').asyncId();
  readonly address: string;
  /** Set by a graceful close: requests that arrive now are refused. */
  draining = false;
  private readonly splitter: FrameSplitter;
  private readonly headers = new HeaderMemory();
  private readonly intake: Intake;
  private readonly outbox: Outbox;
  private readonly pending = new PendingTable();
  private readonly alarm: Alarm;
  private readonly closing = deferred<void>();
  private closeListeners: (() => void)[] = [];
  private quiet: (() => void) | undefined;
  private closeReason: string | undefined;
  private paused = false;
  private ended = false;
  private activeAtMs: number;
  private receivedAtMs: number;
  private partialSinceMs = Infinity;
  private readonly owner: CallOwner;
  private readonly review = () => this.reviewReading();
  private readonly deliver = (bytes: Buffer) => this.accept(bytes);

  constructor(
    private readonly stream: ByteStream,
    private readonly traits: ConnectionTraits,
  ) {
    const { clock, limits, turns, input, output } = traits;
    this.address = formatHost(stream.remote);
    this.splitter = new FrameSplitter(limits);
    this.intake = new Intake(limits, input);
    const promptSize = traits.accepted ? Infinity : PROMPT_REQUESTS_SIZE;
    this.outbox = new Outbox({ stream, turns, budget: output, limits, promptSize });
    this.activeAtMs = clock.monotonic();
    this.receivedAtMs = this.activeAtMs;
    this.alarm = new Alarm(clock, (nowMs) => this.wake(nowMs));
    this.owner = {
      address: this.address,
      loss: () => ({ reason: this.draining ? 'closed' : 'connection', text: String(this.closeReason) }),
      withdraw: (opaque) => this.pending.withdraw(opaque),
      finished: (call, code, startedMs) => traits.caller.finished(call, code, clock.monotonic() - startedMs),
    };
    this.alarm.noLaterThan(this.activeAtMs + limits.idleMs);
    stream.attach({
      data: (chunk) => this.receive(chunk),
      drained: () => {
        this.activeAtMs = clock.monotonic();
        this.outbox.drained();
        this.reviewReading();
      },
      closed: (reason) => this.end(reason),
    });
  }

  get remote(): HostAddress {
    return this.stream.remote;
  }
  get local(): HostAddress {
    return this.stream.local;
  }
  get closed(): boolean {
    return this.closeReason !== undefined;
  }
  /** Monotonic time of the last bytes from the peer. */
  get lastReceivedMs(): number {
    return this.receivedAtMs;
  }
  /** Requests being handled, held ones excepted. */
  get running(): number {
    return this.intake.running;
  }

  onClose(listener: () => void): void {
    if (this.closed) listener();
    else this.closeListeners.push(listener);
  }

  invoke<C extends Command>(command: C, header: HeaderOf<C['request']>, options: CallOptions): Promise<Answer<C>> {
    return new Promise((resolve, reject) => {
      const { signal, timeoutMs } = options;
      if (signal?.aborted) throw new OperationFailed('aborted', `${command.name}: aborted`, { cause: signal.reason });
      this.assertOpen(command);
      const opaque = this.pending.nextOpaque();
      const request = this.prepare(command, header, options, { opaque, flag: 0 });
      const { owner } = this;
      const startedMs = this.traits.clock.monotonic();
      const call = new WaitingCall({ owner, command, opaque, startedMs, timeoutMs, signal, call: request.call, resolve, reject });
      this.pending.wait(call);
      this.alarm.noLaterThan(call.deadlineMs);
      this.transmit(request);
    });
  }

  oneway<C extends Command>(command: C, header: HeaderOf<C['request']>, options: Pick<CallOptions, 'body' | 'ext'> = {}): boolean {
    if (this.closed || !this.outbox.accepts(sizeOf(partsOf(options.body)))) return false;
    const request = this.prepare(command, header, options, { opaque: this.pending.nextOpaque(), flag: FrameFlag.ONEWAY });
    this.transmit(request);
    if (request.call !== undefined) this.traits.caller.finished(request.call, undefined, 0);
    return true;
  }

  /**
   * Sends frames; false when there is no room, and then nothing is sent.
   * @param release called when the buffers are needed no more; never, when the connection ends before
   */
  offer(buffers: readonly Buffer[], release?: () => void): boolean {
    if (!this.outbox.accepts(sizeOf(buffers))) return false;
    this.outbox.add(buffers, release);
    return true;
  }

  /** For answers too small to refuse. A peer that lets even these pile up is cut off. */
  push(buffers: readonly Buffer[]): void {
    this.outbox.add(buffers);
    this.cutOffIfFlooded();
  }

  /** As `push`, for the first `size` bytes of a buffer that is used again. */
  pushCopy(bytes: Buffer, size: number): void {
    this.outbox.addCopy(bytes, size);
    this.cutOffIfFlooded();
  }

  private cutOffIfFlooded(): void {
    if (this.outbox.size > 2 * this.traits.limits.outputBytesMax) this.close('it does not read what it asked for', 'warn');
  }

  /** A request of `size` bytes is being handled until `requestEnded`. */
  requestBegun(size: number): void {
    this.intake.begin(size);
  }

  requestEnded(size: number): void {
    this.intake.end(size);
    if (this.paused) this.reviewReading();
    if (this.quiet && this.intake.running === 0) this.quiet();
  }

  close(reason: string, level: 'debug' | 'warn' = 'debug'): void {
    if (this.closed) return;
    this.traits.logger.log(level, 'connection closed', { peer: this.address, reason });
    this.stream.destroy();
    this.end(reason);
  }

  /** Refuses new requests, waits for those being handled, sends what is left and closes; at the latest after `deadlineMs`. */
  async shutdown(deadlineMs: number, reason: string): Promise<void> {
    if (this.closed) return;
    this.draining = true;
    const given = new AbortController();
    const deadline = sleep(this.traits.clock, deadlineMs, given.signal).catch(() => undefined);
    if (this.intake.running > 0)
      await Promise.race([new Promise<void>((resolve) => (this.quiet = resolve)), this.closing.promise, deadline]);
    this.finishWriting();
    await Promise.race([this.closing.promise, deadline]);
    given.abort();
    this.close(reason);
  }

  private finishWriting(): void {
    if (this.closed) return;
    this.ended = true;
    this.outbox.flush();
    this.stream.end();
    this.outbox.close();
    // What still arrives is dropped, but it has to be read: the end of the stream comes after it.
    this.stream.resume();
  }

  private assertOpen(command: Command): void {
    if (this.closed) throw new OperationFailed('connection', `${command.name} to ${this.address}: ${this.closeReason}`);
    if (this.draining) throw new OperationFailed('closed', `${command.name} to ${this.address}: the connection is being closed`);
  }

  // In the printer's memory until it is transmitted: nothing else is printed between.
  private prepare<C extends Command>(
    command: C,
    header: HeaderOf<C['request']>,
    options: Pick<CallOptions, 'body' | 'ext'>,
    place: FramePlace,
  ): OutgoingFrame {
    const { caller } = this.traits;
    const { body, ext } = options;
    const parts = partsOf(body);
    const bodySize = sizeOf(parts);
    if (!this.outbox.accepts(bodySize))
      throw new OperationFailed('overload', `${command.name} to ${this.address}: too much waits to be sent`);
    const printedSize = caller.print(command, header, { bodySize, ext }, place);
    const call = printedSize > 0 ? undefined : caller.call(command, header, { body, ext, address: this.address });
    return { printedSize, body: parts, call, place };
  }

  private transmit({ printedSize, body, call, place }: OutgoingFrame): void {
    const { caller } = this.traits;
    if (call !== undefined) return this.outbox.add(caller.encode(call, place.opaque, place.flag));
    this.outbox.addCopy(caller.printed, printedSize);
    for (const part of body) {
      if (part.length < COPY_BELOW) this.outbox.addCopy(part, part.length);
      else this.outbox.add([part]);
    }
  }

  private receive(chunk: Buffer): void {
    const nowMs = this.traits.clock.monotonic();
    this.activeAtMs = nowMs;
    this.receivedAtMs = nowMs;
    if (this.ended) return;
    try {
      this.splitter.push(chunk, this.deliver);
    } catch (error) {
      this.close(messageOf(error), 'warn');
    }
    if (this.closed) return;
    this.watchPartial(nowMs);
    // Answers to this chunk leave together and at once; those that come later in the turn are gathered again.
    this.outbox.flush();
    this.reviewReading();
  }

  private accept(bytes: Buffer): void {
    if (this.closed) return;
    this.partialSinceMs = this.receivedAtMs;
    try {
      const frame = decodeFrame(bytes, this.traits.limits, this.headers);
      if ((frame.flag & FrameFlag.RESPONSE) === 0) this.traits.sink.request(frame, this, bytes.length);
      else if (!this.pending.answer(frame))
        this.traits.logger.log('debug', 'nobody waits for this answer', { peer: this.address, code: frame.code });
    } catch (error) {
      this.close(messageOf(error), 'warn');
    }
  }

  private watchPartial(nowMs: number): void {
    const size = this.splitter.bufferedSize;
    this.intake.partial(size);
    if (size === 0) this.partialSinceMs = Infinity;
    else if (this.partialSinceMs === Infinity) this.partialSinceMs = nowMs;
    this.alarm.noLaterThan(this.partialSinceMs + this.traits.limits.frameTimeoutMs);
  }

  private reviewReading(): void {
    if (this.closed || this.ended) return;
    const { accepted, limits, input } = this.traits;
    const pause = this.intake.full || (accepted && this.outbox.size > limits.outputPauseSize);
    if (pause && this.intake.starved) input.whenFree(this.review);
    if (pause === this.paused) return;
    this.paused = pause;
    if (pause) this.stream.pause();
    else this.stream.resume();
  }

  private wake(nowMs: number): void {
    const { idleMs, frameTimeoutMs } = this.traits.limits;
    const earliest = this.pending.expire(nowMs);
    if (this.closed) return;
    if (nowMs - this.partialSinceMs >= frameTimeoutMs) return this.close(`a frame is incomplete after ${frameTimeoutMs} ms`, 'warn');
    if (nowMs - this.activeAtMs >= idleMs) return this.close(`idle for ${idleMs} ms`);
    this.alarm.noLaterThan(Math.min(earliest, this.activeAtMs + idleMs, this.partialSinceMs + frameTimeoutMs));
  }

  private end(reason: string): void {
    if (this.closed) return;
    this.closeReason = reason;
    this.alarm.cancel();
    this.outbox.close();
    this.intake.partial(0);
    this.traits.input.forget(this.review);
    this.pending.failAll();
    const listeners = this.closeListeners;
    this.closeListeners = [];
    for (const listener of listeners) this.tell(listener);
    this.closing.resolve();
  }

  private tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.traits.logger.log('error', 'a close listener failed', { peer: this.address, error: messageOf(error) });
    }
  }
}
