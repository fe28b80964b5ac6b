import { Logger } from '@nestjs/common';
import type { ConsumeResult, ReceivedMessage } from 'rocketmq-core/client';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { DecodeError } from '../errors/delivery.errors.js';
import { ListenerConfigurationError } from '../errors/listener-configuration.error.js';
import type { IdempotentCall } from '../idempotency/idempotent-call.js';
import type { EndpointCall, ListenerEndpoint } from '../listener/listener-endpoint.js';
import type { ListenerSettings } from '../listener/listener-options.js';
import { RocketMQContext } from '../listener/rocketmq.context.js';
import { endOfFailure } from './delivery-end.js';
import { Ack, isOutcome, type Outcome } from '../outcome/outcome.js';
import type { DeliveryEnd, Fate } from '../outcome/outcome-table.js';
import { decideFailure } from '../outcome/retry-policy.js';
import { Replier } from '../reply/replier.js';
import { CallSignal } from './call-signal.js';
import { inDelivery, logFieldsOf } from './delivery-scope.js';
import { errorOfOutcome } from './error-of-outcome.js';
import { outcomesOf } from './outcomes-of.js';
import { runToEnd } from './run-to-end.js';

export interface EndpointParts {
  readonly settings: ListenerSettings;
  readonly idempotent?: IdempotentCall | undefined;
  readonly connection: RocketMQConnection;
  /** The method with its enhancers around it. */
  readonly handler: (payload: unknown, context: RocketMQContext) => unknown;
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
  private readonly replier: Replier;

  constructor(private readonly parts: EndpointParts) {
    this.settings = parts.settings;
    this.logger = new Logger(parts.settings.name);
    this.replier = new Replier(parts.connection, parts.settings.codec ?? parts.connection.codec);
  }

  async prepare(): Promise<void> {
    const { idempotent, settings } = this.parts;
    try {
      await idempotent?.prepare();
    } catch (error) {
      throw new ListenerConfigurationError(`the idempotency store of ${settings.name} does not work`, { cause: error });
    }
  }

  async handle(messages: Messages, call: EndpointCall): Promise<readonly ConsumeResult[]> {
    const { settings, connection } = this.parts;
    const { clock, observers } = connection;
    const { name, group, handlerTimeoutMs: timeoutMs } = settings;
    const time = new CallSignal({ call, name, timeoutMs, clock });
    const context = new RocketMQContext({ messages, group, listener: name, connection: connection.name, signal: () => time.signal });
    const startedMs = clock.monotonic();
    const endings = await inDelivery(context, () => observers.around(context, () => this.answered(messages, context, time)));
    const durationMs = clock.monotonic() - startedMs;
    return endings.map(({ outcome, end, error }, index) => {
      const fate = fateOf[outcome.kind];
      observers.ended({ context, index, end, fate, error, durationMs });
      return resultOf(outcome, end, error);
    });
  }

  private async answered(messages: Messages, context: RocketMQContext, time: CallSignal): Promise<readonly Ending[]> {
    const endings = await this.endings(messages, context, time);
    // One value for many messages answers none of them.
    if (this.settings.batch === undefined) {
      await Promise.all(endings.map((ending, at) => this.replier.settle(messages[at] as ReceivedMessage, ending)));
    }
    return endings;
  }

  private async endings(messages: Messages, context: RocketMQContext, time: CallSignal): Promise<readonly Ending[]> {
    const { batch, orderly } = this.settings;
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
    if (readable.length === 0) return messages.map((message) => unreadable.get(message) as Ending);
    const run = () => time.run(() => this.call(batch === undefined ? payloads[0] : payloads, context), orderly);
    const ended = await this.ended(context, readable, run);
    const results = new Map(readable.map((message, at) => [message, ended[at] as Ending]));
    return messages.map((message) => unreadable.get(message) ?? (results.get(message) as Ending));
  }

  private async decoded(message: ReceivedMessage): Promise<unknown> {
    const codec = this.settings.codec ?? this.parts.connection.codec;
    try {
      return await codec.decode(message.body, message);
    } catch (error) {
      throw new DecodeError(`the body of ${message.messageId} cannot be decoded: ${String(error)}`, { cause: error });
    }
  }

  private async ended(context: RocketMQContext, messages: readonly ReceivedMessage[], run: () => Promise<unknown>): Promise<Ending[]> {
    const { around } = this.parts;
    try {
      const returned = await (around ? around(context, run) : run());
      const said = context.outcome ?? returned;
      const outcomes = outcomesOf(said, messages.length, this.settings.batch !== undefined);
      const silent = !isOutcome(said) && !outcomes.some(({ kind }) => kind !== 'ack');
      return outcomes.map((outcome, at) => ({ ...this.said(outcome, silent, context, messages[at] as ReceivedMessage), value: returned }));
    } catch (error) {
      return messages.map((message) => this.failed(context, message, errorOfOutcome(context, error)));
    }
  }

  private async call(payload: unknown, context: RocketMQContext): Promise<unknown> {
    const { handler, idempotent } = this.parts;
    const run = () => runToEnd(() => handler(payload, context));
    return idempotent === undefined ? run() : idempotent.run(payload, context, run);
  }

  private said(outcome: Outcome, silent: boolean, context: RocketMQContext, message: ReceivedMessage): Ending {
    const ending = { outcome, end: silent ? 'returned' : endOf[outcome.kind] } as const;
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
