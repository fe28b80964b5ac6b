import { isOperationFailed, messageOf, OperationFailed, type OperationReason } from '../../base/index.js';
import { type MessageQueue, ResponseCode } from '../../protocol/index.js';
import type { Clock, Logger, Random } from '../../runtime/index.js';
import type { ProducerSettings } from '../config/producer-options.js';
import { isInvalidInput, SendFailed } from '../errors.js';
import { within } from '../instance/deadline.js';
import type { BrokerCalls, CallLimits, SendAnswer, SendHeader } from '../instance/calls.js';
import type { RouteFinder } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';
import type { SendStatus } from '../message-types.js';
import { BrokerFaultTable } from './broker-fault-table.js';
import type { Payload } from './outgoing.js';
import { QueueCursor } from './queue-choice.js';

/** Where a message goes: to any queue, with further attempts on other brokers; or to the chosen one, once. */
export type Target = 'any' | ((queues: readonly MessageQueue[]) => MessageQueue | undefined);

/** What a broker said of a stored request. */
export interface Stored {
  readonly status: SendStatus;
  readonly queue: MessageQueue;
  readonly queueOffset: number;
  /** The offset id; of a batch the ids, joined by commas. */
  readonly msgId: string;
  readonly transactionId: string | undefined;
  readonly recallHandle?: string | undefined;
  readonly regionId: string;
}

export interface SenderParts {
  readonly settings: ProducerSettings;
  readonly table: Pick<RouteTable, 'masterAddress' | 'publishQueues'>;
  readonly routes: Pick<RouteFinder, 'publishQueues'>;
  readonly calls: Pick<BrokerCalls, 'send' | 'sendOneway' | 'sendReply' | 'sendReplyOneway'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

type Attempt =
  | { readonly kind: 'stored'; readonly stored: Stored }
  | { readonly kind: 'refused'; readonly code: number; readonly remark: string | undefined }
  /** `sent`: the request has left, so the broker may have stored the message. */
  | { readonly kind: 'broken'; readonly error: OperationFailed; readonly sent: boolean };

const statusByCode: ReadonlyMap<number, SendStatus> = new Map([
  [ResponseCode.SUCCESS, 'SEND_OK'],
  [ResponseCode.FLUSH_DISK_TIMEOUT, 'FLUSH_DISK_TIMEOUT'],
  [ResponseCode.FLUSH_SLAVE_TIMEOUT, 'FLUSH_SLAVE_TIMEOUT'],
  [ResponseCode.SLAVE_NOT_AVAILABLE, 'SLAVE_NOT_AVAILABLE'],
]);
/** No other broker helps against these. */
const finalReasons: ReadonlySet<OperationReason> = new Set(['aborted', 'closed', 'unavailable']);
const DEFAULT_REGION = 'DefaultRegion';

/** Carries one request through its attempts. As Java: DefaultMQProducerImpl.sendDefaultImpl. */
export class Sender {
  private readonly cursors = new Map<string, QueueCursor>();
  private readonly faults = new BrokerFaultTable();

  constructor(private readonly parts: SenderParts) {}

  /** @throws SendFailed, InvalidInput when the target is no queue of the topic */
  async send(payload: Payload, target: Target, limits: CallLimits): Promise<Stored> {
    const { settings, clock } = this.parts;
    const startedMs = clock.monotonic();
    const course = new Course(payload, target, limits.signal);
    const attemptsMax = target === 'any' ? 1 + settings.retryTimesWhenSendFailed : 1;
    for (let nowMs = startedMs; course.attempts < attemptsMax; nowMs = clock.monotonic()) {
      const remainingMs = startedMs + limits.timeoutMs - nowMs;
      if (remainingMs <= 0) break;
      const attempt = await this.attempt(course, nowMs, this.timeFor(remainingMs, course.attempts + 1 < attemptsMax));
      course.note(attempt);
      if (attempt.kind === 'stored' && (attempt.stored.status === 'SEND_OK' || !settings.retryAnotherBrokerWhenNotStoreOK))
        return attempt.stored;
      if (!this.mayGoOn(attempt)) break;
    }
    return course.end();
  }

  /** Resolves when the socket has it. @throws SendFailed, InvalidInput */
  async sendOneway(payload: Payload, target: Target, limits: CallLimits): Promise<void> {
    const { calls } = this.parts;
    const course = new Course(payload, target, limits.signal);
    try {
      const queue = this.chooseQueue(course, this.knownQueues(course) ?? (await this.lookUp(course, limits.timeoutMs)));
      const address = this.addressOf(queue);
      const header = this.header(payload, queue);
      await (payload.reply === true
        ? calls.sendReplyOneway(address, header, payload.body)
        : calls.sendOneway(address, header, payload.body));
    } catch (error) {
      course.note({ kind: 'broken', error: asOperationFailed(error), sent: false });
      course.end();
    }
  }

  private mayGoOn(attempt: Attempt): boolean {
    if (attempt.kind === 'refused') return this.parts.settings.retryResponseCodes.has(attempt.code);
    return attempt.kind === 'stored' || !finalReasons.has(attempt.error.reason);
  }

  private timeFor(remainingMs: number, othersLeft: boolean): number {
    const perRequest = this.parts.settings.sendMsgMaxTimeoutPerRequestMs;
    return othersLeft && perRequest !== undefined ? Math.min(perRequest, remainingMs) : remainingMs;
  }

  private async attempt(course: Course, startedMs: number, timeoutMs: number): Promise<Attempt> {
    const { calls, clock, logger } = this.parts;
    const { payload, signal } = course;
    let chosen: MessageQueue | undefined;
    try {
      const known = this.knownQueues(course);
      const queue = this.chooseQueue(course, known ?? (await this.lookUp(course, timeoutMs)));
      const address = this.addressOf(queue);
      chosen = queue;
      const header = this.header(payload, queue);
      const left = { timeoutMs: known === undefined ? timeoutMs - (clock.monotonic() - startedMs) : timeoutMs, signal };
      const answer = await (payload.reply === true
        ? calls.sendReply(address, header, payload.body, left)
        : calls.send(address, header, payload.body, left));
      const attempt = attemptOf(queue, answer);
      this.learn(queue.brokerName, attempt, startedMs);
      return attempt;
    } catch (error) {
      const failure = asOperationFailed(error);
      // A lookup that a name server left without an answer has not sent the message.
      const broken = { kind: 'broken', error: failure, sent: chosen !== undefined && failure.sent } as const;
      if (chosen !== undefined) this.learn(chosen.brokerName, broken, startedMs);
      logger.log('debug', 'an attempt to send failed', { topic: payload.topic, broker: chosen?.brokerName, error: messageOf(error) });
      return broken;
    }
  }

  private learn(brokerName: string, attempt: Attempt, startedMs: number): void {
    if (!this.parts.settings.sendLatencyFaultEnable) return;
    const nowMs = this.parts.clock.monotonic();
    if (attempt.kind === 'stored') this.faults.answered(brokerName, nowMs - startedMs, nowMs);
    else if (attempt.kind === 'refused') this.faults.refused(brokerName, nowMs);
    else if (attempt.error.reason !== 'aborted') this.faults.unreachable(brokerName, nowMs);
  }

  // To look them up needs a timer and a promise, and nearly every send does without.
  private knownQueues({ payload }: Course): readonly MessageQueue[] | undefined {
    const known = this.parts.table.publishQueues(payload.topic);
    return known.length > 0 ? known : undefined;
  }

  private chooseQueue(course: Course, queues: readonly MessageQueue[]): MessageQueue {
    const { topic } = course.payload;
    const queue = course.target === 'any' ? this.nextQueue(topic, queues, course.brokerName) : course.target(queues);
    if (queue === undefined) throw new OperationFailed('unavailable', `no route for topic ${topic}`);
    course.brokerName = queue.brokerName;
    return queue;
  }

  private addressOf({ brokerName }: MessageQueue): string {
    const address = this.parts.table.masterAddress(brokerName);
    if (address === undefined) throw new OperationFailed('unavailable', `broker ${brokerName} has no master`);
    return address;
  }

  private lookUp({ payload, signal }: Course, timeoutMs: number): Promise<readonly MessageQueue[]> {
    const { settings, routes, clock } = this.parts;
    const lookup = routes.publishQueues(payload.topic, settings.autoCreateTopic ? settings : undefined);
    return within(lookup, { clock, timeoutMs, signal, what: `finding a route for topic ${payload.topic}` });
  }

  // As Java: MQFaultStrategy.selectOneMessageQueue: rather another broker than the one that just failed.
  private nextQueue(topic: string, queues: readonly MessageQueue[], lastBroker: string | undefined): MessageQueue | undefined {
    let cursor = this.cursors.get(topic);
    if (cursor === undefined) this.cursors.set(topic, (cursor = new QueueCursor(this.parts.random.below(1000))));
    const { sendLatencyFaultEnable } = this.parts.settings;
    if (lastBroker === undefined && !sendLatencyFaultEnable) return cursor.any(queues);
    const other = (name: string) => name !== lastBroker;
    if (!sendLatencyFaultEnable) return cursor.next(queues, [other]);
    const nowMs = this.parts.clock.monotonic();
    const available = (name: string) => other(name) && this.faults.isAvailable(name, nowMs);
    const reachable = (name: string) => other(name) && this.faults.isReachable(name);
    return cursor.next(queues, [available, reachable]);
  }

  private header(payload: Payload, queue: MessageQueue): SendHeader {
    const { settings, clock } = this.parts;
    const { topic, sysFlag, flag, properties, reconsumeTimes, maxReconsumeTimes, batch } = payload;
    return {
      producerGroup: settings.group,
      topic,
      defaultTopic: settings.createTopicKey,
      defaultTopicQueueNums: settings.defaultTopicQueueNums,
      queueId: queue.queueId,
      sysFlag,
      bornTimestamp: clock.now(),
      flag,
      properties,
      reconsumeTimes,
      unitMode: false,
      maxReconsumeTimes,
      batch,
      bname: queue.brokerName,
    };
  }
}

/** One send with what became of its attempts. */
class Course {
  attempts = 0;
  /** Broker of the last attempt. */
  brokerName: string | undefined;
  private mayBeStored = false;
  private last: Attempt | undefined;
  private stored: Stored | undefined;

  constructor(
    readonly payload: Payload,
    readonly target: Target,
    readonly signal: AbortSignal | undefined,
  ) {}

  note(attempt: Attempt): void {
    this.attempts += 1;
    this.last = attempt;
    if (attempt.kind === 'stored') this.stored = attempt.stored;
    if (attempt.kind === 'broken' && attempt.sent) this.mayBeStored = true;
  }

  /** @throws SendFailed, InvalidInput unless a broker has the message after all */
  end(): Stored {
    if (this.stored !== undefined) return this.stored;
    const { attempts, brokerName, last } = this;
    const outcome = this.mayBeStored ? 'unknown' : 'failed';
    const text = `sending to topic ${this.payload.topic} failed after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
    if (last === undefined) throw new SendFailed(`${text}: no time is left`, { reason: 'timeout', outcome, attempts });
    if (last.kind === 'broken') {
      if (isInvalidInput(last.error)) throw last.error;
      const { error } = last;
      throw new SendFailed(`${text}: ${error.message}`, { reason: error.reason, outcome, attempts, brokerName, cause: error });
    }
    const responseCode = last.kind === 'refused' ? last.code : undefined;
    const remark = last.kind === 'refused' ? (last.remark ?? 'no remark') : '';
    throw new SendFailed(`${text}: broker ${brokerName} answered ${responseCode}: ${remark}`, {
      reason: 'refused',
      outcome,
      attempts,
      brokerName,
      responseCode,
    });
  }
}

function attemptOf(queue: MessageQueue, answer: SendAnswer): Attempt {
  const status = statusByCode.get(answer.code);
  if (status === undefined) return { kind: 'refused', code: answer.code, remark: answer.remark };
  const { msgId, queueId, queueOffset, transactionId, recallHandle, MSG_REGION } = answer.header;
  if (msgId === undefined || queueId === undefined || queueOffset === undefined) {
    return { kind: 'broken', error: new OperationFailed('refused', 'the answer of the broker is not complete'), sent: true };
  }
  const regionId = MSG_REGION === undefined || MSG_REGION === '' ? DEFAULT_REGION : MSG_REGION;
  const { topic, brokerName } = queue;
  const stored = { status, queue: { topic, brokerName, queueId }, queueOffset, msgId, transactionId, recallHandle, regionId };
  return { kind: 'stored', stored };
}

function asOperationFailed(error: unknown): OperationFailed {
  if (isOperationFailed(error)) return error;
  throw error;
}
