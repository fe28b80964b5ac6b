import { Logger } from '@nestjs/common';
import type { ConsumeResult, ReceivedMessage } from 'rocketmq-core/client';
import { isObservable } from 'rxjs';
import type { Codec } from '../codec/codec.js';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { DecodeError } from '../errors/delivery.errors.js';
import { ListenerConfigurationError } from '../errors/listener-configuration.error.js';
import type { IdempotentCall } from '../idempotency/idempotent-call.js';
import { isPromise } from '../is-promise.js';
import type { EndpointCall, ListenerEndpoint } from '../listener/listener-endpoint.js';
import type { ListenerSettings } from '../listener/listener-options.js';
import { RocketMQContext } from '../listener/rocketmq.context.js';
import { endOfFailure } from './delivery-end.js';
import { Ack, isOutcome, type Outcome } from '../outcome/outcome.js';
import type { DeliveryEnd, Fate } from '../outcome/outcome-table.js';
import { decideFailure } from '../outcome/retry-policy.js';
import { Replier } from '../reply/replier.js';
import { CallSignal } from './call-signal.js';
import type { MessageHandler } from './direct-call.js';
import { inDelivery, logFieldsOf } from './delivery-scope.js';
import { errorOfOutcome } from './error-of-outcome.js';
import { outcomesOf } from './outcomes-of.js';
import { lastValueOf, runToEnd } from './run-to-end.js';

export interface EndpointParts {
  readonly settings: ListenerSettings;
  readonly idempotent?: IdempotentCall | undefined;
  readonly connection: RocketMQConnection;
  /** The method with its enhancers around it. */
  readonly handler: MessageHandler;
  /** Whether it is the method alone. */
  readonly isDirect?: boolean;
  /** Wraps each call, for the processing hooks of a transport. Settles as the call does. */
  readonly around?: (context: RocketMQContext, run: () => Promise<unknown>) => Promise<unknown>;
}

type Messages = readonly [ReceivedMessage, ...ReceivedMessage[]];

/** How one message of a call ended. */
interface Ending {
  readonly outcome: Outcome;
  readonly end: DeliveryEnd;
  readonly error?: Error;
  /** What the handler returned: the answer to a request. */
  readonly value?: unknown;
}

const fateOf: Readonly<Record<Outcome['kind'], Fate>> = { ack: 'consumed', retry: 'retry', reject: 'dead letter' };
const endOf: Readonly<Record<Outcome['kind'], DeliveryEnd>> = {
  ack: 'returned Ack',
  retry: 'returned Retry',
  reject: 'returned Reject',
};

/** The one execution core of controllers and providers: decode, call, wait for the very end, and let the original error decide. */
export class Endpoint implements ListenerEndpoint {
  readonly settings: ListenerSettings;
  private readonly logger: Logger;
  private readonly codec: Codec;
  private readonly replier: Replier;
  private readonly hasScope: boolean;

  constructor(private readonly parts: EndpointParts) {
    this.settings = parts.settings;
    const { settings, connection, isDirect } = parts;
    this.logger = new Logger(settings.name);
    this.codec = settings.codec ?? connection.codec;
    this.replier = new Replier(connection, this.codec);
    // Through Nest's pipeline a method has nothing else to tell its delivery by that it was entered.
    this.hasScope = isDirect !== true || connection.options.deliveryScope !== false;
  }

  async prepare(): Promise<void> {
    const { idempotent, settings } = this.parts;
    try {
      await idempotent?.prepare();
    } catch (error) {
      throw new ListenerConfigurationError(`the idempotency store of ${settings.name} does not work`, { cause: error });
    }
  }

  // Called for every message, tens of thousands of times a second: it waits only for what is not there yet, and makes nothing that few listeners need.
  async handleOne(message: ReceivedMessage, call: EndpointCall): Promise<ConsumeResult> {
    const { clock, observers } = this.parts.connection;
    const time = this.timeOf(call);
    const context = this.contextOf([message], time ?? call);
    const startedMs = clock.monotonic();
    const { outcome, end, error } = await this.scoped(context, () => this.answered(message, context, time));
    const durationMs = clock.monotonic() - startedMs;
    observers.ended({ context, index: 0, end, fate: fateOf[outcome.kind], error, durationMs });
    return resultOf(outcome, end, error);
  }

  async handle(messages: Messages, call: EndpointCall): Promise<readonly ConsumeResult[]> {
    if (this.settings.batch === undefined) return [await this.handleOne(messages[0], call)];
    const { clock, observers } = this.parts.connection;
    const time = this.timeOf(call);
    const context = this.contextOf(messages, time ?? call);
    const startedMs = clock.monotonic();
    // One value for many messages answers none of them: no replies.
    const endings = await this.scoped(context, () => this.endings(messages, context, time));
    const durationMs = clock.monotonic() - startedMs;
    return endings.map(({ outcome, end, error }, index) => {
      observers.ended({ context, index, end, fate: fateOf[outcome.kind], error, durationMs });
      return resultOf(outcome, end, error);
    });
  }

  private timeOf(call: EndpointCall): CallSignal | undefined {
    const { name, handlerTimeoutMs: timeoutMs } = this.settings;
    return timeoutMs === undefined ? undefined : new CallSignal({ call, name, timeoutMs, clock: this.parts.connection.clock });
  }

  private contextOf(messages: Messages, call: EndpointCall): RocketMQContext {
    const { group, name: listener } = this.settings;
    // The consumer makes its signal when it is asked for it, so it is not asked for the few handlers that look at it.
    return new RocketMQContext({ messages, group, listener, connection: this.parts.connection.name, signal: () => call.signal });
  }

  private scoped<T>(context: RocketMQContext, run: () => Promise<T>): Promise<T> {
    const { observers } = this.parts.connection;
    return this.hasScope ? inDelivery(context, () => observers.around(context, run)) : observers.around(context, run);
  }

  private answered(message: ReceivedMessage, context: RocketMQContext, time: CallSignal | undefined): Promise<Ending> {
    const ending = this.ending(message, context, time);
    if (!this.replier.expects(message)) return ending;
    return ending.then(async (one) => {
      await this.replier.settle(message, one);
      return one;
    });
  }

  private async ending(message: ReceivedMessage, context: RocketMQContext, time: CallSignal | undefined): Promise<Ending> {
    try {
      const decoded = this.decoded(message);
      const payload = isPromise(decoded) ? await decoded : decoded;
      const called = this.called(payload, context, time);
      const returned = isPromise(called) ? await called : called;
      const value = isObservable(returned) ? await lastValueOf(returned) : returned;
      const said = context.outcome ?? value;
      if (!isOutcome(said)) return { outcome: Ack, end: 'returned', value };
      return { ...this.said(said, context, message), value };
    } catch (error) {
      return this.failed(context, message, errorOfOutcome(context, error));
    }
  }

  private async endings(messages: Messages, context: RocketMQContext, time: CallSignal | undefined): Promise<readonly Ending[]> {
    const payloads: unknown[] = [];
    const readable: ReceivedMessage[] = [];
    const unreadable = new Map<ReceivedMessage, Ending>();
    for (const message of messages) {
      try {
        payloads.push(await this.decoded(message));
        readable.push(message);
      } catch (error) {
        unreadable.set(message, this.failed(context, message, error as DecodeError));
      }
    }
    const ended = readable.length === 0 ? [] : await this.endingsOf(readable, context, () => this.called(payloads, context, time));
    const next = ended.values();
    return messages.map((message) => unreadable.get(message) ?? (next.next().value as Ending));
  }

  private async endingsOf(messages: readonly ReceivedMessage[], context: RocketMQContext, run: () => unknown): Promise<readonly Ending[]> {
    try {
      const returned = await runToEnd(run);
      const said = context.outcome ?? returned;
      const outcomes = outcomesOf(said, messages.length);
      const silent = !isOutcome(said) && !outcomes.some(({ kind }) => kind !== 'ack');
      return outcomes.map((outcome, at) =>
        silent ? { outcome, end: 'returned' } : this.said(outcome, context, messages[at] as ReceivedMessage),
      );
    } catch (error) {
      return messages.map((message) => this.failed(context, message, errorOfOutcome(context, error)));
    }
  }

  /** A value, or the promise of one. */
  private decoded(message: ReceivedMessage): unknown {
    const broken = (cause: unknown) => new DecodeError(`the body of ${message.messageId} cannot be decoded: ${String(cause)}`, { cause });
    try {
      const payload = this.codec.decode(message.body, message);
      return isPromise(payload) ? payload.then(undefined, (error: unknown) => Promise.reject(broken(error))) : payload;
    } catch (error) {
      throw broken(error);
    }
  }

  /** What the handler returns: a value, a promise or a stream. */
  private called(payload: unknown, context: RocketMQContext, time: CallSignal | undefined): unknown {
    const { handler, idempotent, around } = this.parts;
    if (idempotent === undefined && time === undefined && around === undefined) return handler(payload, context);
    const run = () => runToEnd(() => handler(payload, context));
    const once = idempotent === undefined ? run : () => idempotent.run(payload, context, run);
    const timed = time === undefined ? once : () => time.run(once, this.settings.orderly);
    return around === undefined ? timed() : around(context, timed);
  }

  private said(outcome: Outcome, context: RocketMQContext, message: ReceivedMessage): Ending {
    const ending = { outcome, end: endOf[outcome.kind] } as const;
    if (outcome.kind !== 'ack') this.log(ending, context, message);
    return ending;
  }

  private failed(context: RocketMQContext, message: ReceivedMessage, error: Error): Ending {
    const { connection, settings } = this.parts;
    const end = endOfFailure(context, error);
    const policies = [settings.retry, connection.options.retry];
    const byPolicy = () =>
      decideFailure({ error, end, message, attempt: message.reconsumeTimes + 1 }, policies, (fault) =>
        this.logger.error('a retry policy failed', fault instanceof Error ? fault.stack : String(fault)),
      );
    // Who asked is told of the error, and decides whether to ask again; unless the handler insists.
    const told = settings.batch === undefined && this.replier.expects(message) && end !== 'threw RetryException';
    const outcome = told ? Ack : byPolicy();
    this.log({ outcome, end, error }, context, message);
    return { outcome, end, error };
  }

  // Once for each message, with all that is needed to find it.
  private log({ outcome, end, error }: Ending, context: RocketMQContext, message: ReceivedMessage): void {
    const { messageId, keys, tags: tag, reconsumeTimes } = message;
    const about = { ...logFieldsOf(context), messageId, keys, tag, attempt: reconsumeTimes + 1 };
    const reason = error?.message ?? (outcome.kind === 'reject' ? outcome.reason : undefined);
    const line = `${end}${reason === undefined ? '' : `: ${reason}`} (${fateOf[outcome.kind]}) ${JSON.stringify(about)}`;
    if (outcome.kind === 'reject') this.logger.error(line, error?.stack);
    else this.logger.warn(line);
  }
}

/** In the words of the client below. */
function resultOf(outcome: Outcome, end: DeliveryEnd, error: Error | undefined): ConsumeResult {
  if (outcome.kind === 'ack') return undefined;
  // Whoever looks at the dead letter later has no log at hand.
  if (outcome.kind === 'reject') return { deadLetter: true, reason: `${end}: ${outcome.reason ?? error?.message ?? 'no reason given'}` };
  const { delayMs, delayLevel } = outcome;
  return { retry: true, ...(delayMs === undefined ? {} : { delayMs }), ...(delayLevel === undefined ? {} : { delayLevel }) };
}
