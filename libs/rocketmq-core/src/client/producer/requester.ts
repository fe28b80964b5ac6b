import { isOperationFailed, messageOf, type OperationFailed } from '../../base/index.js';
import type { Clock } from '../../runtime/index.js';
import { NoReply, SendFailed } from '../errors.js';
import type { CallLimits } from '../instance/calls.js';
import { within } from '../instance/deadline.js';
import type { ReplyMessage } from '../message-types.js';
import { requestProperties } from './reply-properties.js';
import type { ReplyTable } from './reply-table.js';

export interface RequesterParts {
  readonly clientId: string;
  readonly replies: ReplyTable;
  /** Makes the brokers that a reply to a message of this topic may come through know this client. */
  readonly introduce: (topic: string) => Promise<void>;
  readonly ids: { next(): string };
  readonly clock: Clock;
  /** Requests that may wait at once. */
  readonly waitingMax: number;
}

type Properties = ReturnType<typeof requestProperties>;

export interface RequestPlan extends CallLimits {
  readonly topic: string;
  /** Sends the request with these properties. @throws InvalidInput, SendFailed */
  readonly send: (properties: Properties, timeoutMs: number) => Promise<unknown>;
}

/** Sends requests and waits for their replies. As Java: DefaultMQProducerImpl.request. */
export class Requester {
  /** What ends each of the requests that wait. */
  private readonly waiting = new Set<(error: Error) => void>();
  private whenIdle: (() => void)[] = [];

  constructor(private readonly parts: RequesterParts) {}

  get size(): number {
    return this.waiting.size;
  }

  /** @throws InvalidInput and SendFailed for a request that was not sent, NoReply for one that was */
  async request(plan: RequestPlan): Promise<ReplyMessage> {
    const { replies, ids, clock, clientId, waitingMax } = this.parts;
    if (this.waiting.size >= waitingMax) throw notSent(plan, 'overload', `${waitingMax} requests wait for their replies`);
    const correlationId = ids.next();
    const { timeoutMs, signal, topic } = plan;
    let forget: () => void = () => undefined;
    let end: (error: Error) => void = () => undefined;
    const answered = new Promise<ReplyMessage>((resolve, reject) => {
      forget = replies.expect(correlationId, resolve);
      end = reject;
    });
    this.waiting.add(end);
    const sending = this.send(plan, requestProperties({ correlationId, clientId }, timeoutMs));
    sending.catch(end);
    try {
      return await within(answered, { clock, timeoutMs, signal, what: `the reply to a request to topic ${topic}` });
    } catch (error) {
      // What became of the request itself says more than that its reply is missing, and it ends with the same time and signal.
      await sending;
      throw isOperationFailed(error) ? asNoReply(error, correlationId) : error;
    } finally {
      forget();
      this.waiting.delete(end);
      if (this.waiting.size === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
    }
  }

  /** Resolves when no request waits. */
  idle(): Promise<void> {
    return this.waiting.size === 0 ? Promise.resolve() : new Promise((resolve) => this.whenIdle.push(resolve));
  }

  /** Ends the waiting of all. */
  close(reason: Error): void {
    for (const end of this.waiting) end(reason);
  }

  private async send(plan: RequestPlan, properties: Properties): Promise<void> {
    const { clock, introduce } = this.parts;
    const { topic, timeoutMs, signal } = plan;
    const startedMs = clock.monotonic();
    const known = within(introduce(topic), { clock, timeoutMs, signal, what: `finding the brokers of topic ${topic}` });
    await known.catch((error: unknown) => {
      throw isOperationFailed(error) ? notSent(plan, error.reason, messageOf(error), error) : error;
    });
    await plan.send(properties, Math.max(1, Math.ceil(timeoutMs - (clock.monotonic() - startedMs))));
  }
}

function notSent({ topic }: RequestPlan, reason: SendFailed['reason'], why: string, cause?: unknown): SendFailed {
  return new SendFailed(`the request to topic ${topic} was not sent: ${why}`, { reason, outcome: 'failed', attempts: 0, cause });
}

function asNoReply(error: OperationFailed, correlationId: string): OperationFailed {
  const { reason } = error;
  if (reason !== 'timeout' && reason !== 'aborted' && reason !== 'closed') return error;
  return new NoReply(`no reply: ${error.message}`, { reason, correlationId, cause: error });
}
