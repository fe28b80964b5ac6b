import { isOperationFailed, messageOf, OperationFailed } from '../../base/index.js';
import { isRetryTopic, type MessageQueue } from '../../protocol/index.js';
import type { Clock } from '../../runtime/index.js';
import { duration } from '../config/ranges.js';
import type { ProducerSettings } from '../config/producer-options.js';
import { InvalidInput, SendFailed } from '../errors.js';
import { within } from '../instance/deadline.js';
import type { Membership } from '../instance/membership.js';
import { compareQueues, queueText } from '../message-queues.js';
import type {
  BatchItemResult,
  OutgoingMessage,
  ReceivedMessage,
  ReplyMessage,
  RequestOptions,
  SendOptions,
  SendResult,
} from '../message-types.js';
import { batchParts } from './batch-parts.js';
import {
  batchPayload,
  type CheckedMessage,
  checkMessage,
  type CheckOptions,
  type Payload,
  singlePayload,
  sizeInBatch,
} from './outgoing.js';
import { queueByKey } from './queue-choice.js';
import { createReply } from './reply-properties.js';
import type { Recaller } from './recaller.js';
import type { Requester } from './requester.js';
import type { Sender, Stored, Target } from './sender.js';
import type { AdmissionLimits, SendQueue } from './send-queue.js';

export interface ProducerParts {
  readonly settings: ProducerSettings;
  readonly sender: Sender;
  readonly sendQueue: SendQueue;
  readonly requester: Requester;
  readonly membership: Membership;
  readonly recaller: Pick<Recaller, 'recall'>;
  readonly ids: { next(): string };
  readonly clock: Clock;
}

interface MessageKind {
  /** Default a new one. */
  readonly messageId?: string;
  readonly properties?: CheckOptions['system'];
  readonly sysFlag?: number;
}

/** Sends messages. Made by `ClientInstance.producer`. */
export class Producer {
  private state: 'created' | 'running' | 'stopped' = 'created';
  private starting: Promise<void> | undefined;
  private ended: Promise<void> | undefined;

  constructor(private readonly parts: ProducerParts) {}

  get group(): string {
    return this.parts.settings.group;
  }

  /** Sends that are under way. */
  get inFlight(): number {
    return this.parts.sendQueue.inFlight;
  }

  /** Bytes of their bodies. */
  get inFlightBytes(): number {
    return this.parts.sendQueue.inFlightBytes;
  }

  /** Whether a send could begin at once. */
  get writable(): boolean {
    return this.state === 'running' && this.parts.sendQueue.hasRoom;
  }

  /** Requests that wait for their replies. */
  get waitingRequests(): number {
    return this.parts.requester.size;
  }

  /**
   * Resolves when a send could begin at once: what a fast source awaits between its sends. Callers get their turn in the order they came.
   * @throws OperationFailed `overload` after `timeoutMs` (default: no limit), `aborted`, `closed`
   */
  async whenWritable(limits: AdmissionLimits = {}): Promise<void> {
    this.assertRunning();
    await this.parts.sendQueue.whenRoom(limits);
  }

  /** Announces the group. Needs no server: brokers are found at the first send. */
  start(): Promise<void> {
    if (this.ended !== undefined) return Promise.reject(this.closedError());
    this.starting ??= this.begin().catch((error: unknown) => {
      this.starting = undefined;
      throw error;
    });
    return this.starting;
  }

  /** Refuses new sends, waits for sends and replies that are due for up to `deadlineMs`, and takes the group back. Idempotent. */
  shutdown(deadlineMs = 3000): Promise<void> {
    this.ended ??= this.end(deadlineMs);
    return this.ended;
  }

  private async end(deadlineMs: number): Promise<void> {
    const { starting } = this;
    this.state = 'stopped';
    if (starting === undefined) return;
    // A start that is under way may have joined already.
    await starting.catch(() => undefined);
    const { clock, sendQueue, requester, membership } = this.parts;
    const quiet = Promise.all([sendQueue.idle(), requester.idle()]).then(() => undefined);
    await within(quiet, { clock, timeoutMs: deadlineMs, what: 'waiting for sends' }).catch(() => undefined);
    sendQueue.close();
    requester.close(this.closedError());
    await membership.leave();
  }

  /**
   * Resolves when a broker has the message.
   * @throws InvalidInput before anything is sent; SendFailed, which says whether the message may have been stored
   */
  send(message: OutgoingMessage, options: SendOptions = {}): Promise<SendResult> {
    return this.sendAs(message, options);
  }

  /** A message of a special kind: with properties and sysFlag bits that only RocketMQ itself may set. @throws as `send` */
  protected async sendAs(message: OutgoingMessage, options: SendOptions, kind: MessageKind = {}): Promise<SendResult> {
    this.assertRunning();
    const checked = this.check(message, options, kind);
    if (checked.delayed && kind.sysFlag !== undefined) throw new InvalidInput('delay', 'a message of a transaction cannot be delayed');
    const plain = singlePayload(checked, this.parts.settings);
    const payload = kind.sysFlag === undefined ? plain : { ...plain, sysFlag: plain.sysFlag | kind.sysFlag };
    const { sender, sendQueue } = this.parts;
    const room = this.enter(payload, options);
    const timeoutMs = typeof room === 'number' ? room : await room;
    // As `withRoom`, in one promise: what a send holds while it is under way is most of what a busy producer costs the collector of garbage.
    try {
      const stored = await sender.send(payload, targetOf(message, options), { timeoutMs, signal: options.signal });
      return resultOf(stored, checked.messageId, stored.msgId);
    } finally {
      sendQueue.leave(payload.body.length);
    }
  }

  /**
   * Takes a message back that waits in the timer of a broker, if its time has not come. The broker must allow it (`recallMessageEnable`).
   * @param recallHandle as the result of its send gave it
   * @returns the id of the message
   * @throws InvalidInput for what is no handle of a message to `topic`; OperationFailed, CallRefused
   */
  async recall(topic: string, recallHandle: string, options: Pick<SendOptions, 'timeoutMs' | 'signal'> = {}): Promise<string> {
    this.assertRunning();
    const { recaller, settings } = this.parts;
    const timeoutMs = duration('timeoutMs', options.timeoutMs, settings.sendMsgTimeoutMs);
    return recaller.recall(topic, recallHandle, { timeoutMs, signal: options.signal });
  }

  /**
   * Resolves when the socket has the message; nothing tells whether a broker stored it.
   * @throws InvalidInput, SendFailed
   */
  async sendOneway(message: OutgoingMessage, options: SendOptions = {}): Promise<void> {
    this.assertRunning();
    const payload = singlePayload(this.check(message, options), this.parts.settings);
    await this.withRoom(payload, options, (timeoutMs) =>
      this.parts.sender.sendOneway(payload, targetOf(message, options), { timeoutMs, signal: options.signal }),
    );
  }

  /**
   * Sends a request and resolves with its reply. Any consumer of the topic may reply; one reply is taken, later ones are dropped.
   * @throws InvalidInput and SendFailed for a request that did not get out, NoReply for one that nobody answered in time
   */
  async request(message: OutgoingMessage, options: RequestOptions = {}): Promise<ReplyMessage> {
    this.assertRunning();
    const { requester, settings } = this.parts;
    const timeoutMs = duration('timeoutMs', options.timeoutMs, settings.sendMsgTimeoutMs);
    const plan = { topic: message.topic, timeoutMs, signal: options.signal };
    return requester.request({
      ...plan,
      send: (system, leftMs) => {
        const payload = singlePayload(this.check(message, options, { properties: system }), settings);
        return this.admitted(payload, targetOf(message, options), { ...options, timeoutMs: leftMs });
      },
    });
  }

  /**
   * Answers a request. Resolves when the requester has the reply.
   * @throws InvalidInput when the message is no request; SendFailed, with code 1 when the requester is gone
   */
  async reply(request: Pick<ReceivedMessage, 'properties'>, body: OutgoingMessage['body'], options: SendOptions = {}): Promise<SendResult> {
    return this.send(createReply(request, body), options);
  }

  /**
   * Sends messages of one topic in as few requests as their sizes allow, one after the other. Every request is stored as a whole or not at all.
   * @returns what became of each message, in their order
   * @throws InvalidInput before anything is sent
   */
  async sendBatch(messages: readonly OutgoingMessage[], options: SendOptions = {}): Promise<readonly BatchItemResult[]> {
    this.assertRunning();
    const checked = messages.map((message) => this.check(message, options));
    const [first] = messages;
    if (first === undefined) return [];
    checkBatch(checked);
    const results: BatchItemResult[] = [];
    for (const [start, end] of batchParts(checked.map(sizeInBatch), this.parts.settings.maxMessageSize)) {
      results.push(...(await this.sendPart(checked.slice(start, end), targetOf(first, options), options)));
    }
    return results;
  }

  private async begin(): Promise<void> {
    await this.parts.membership.join();
    if (this.ended !== undefined) throw this.closedError();
    this.state = 'running';
  }

  private async sendPart(part: readonly CheckedMessage[], target: Target, options: SendOptions): Promise<BatchItemResult[]> {
    try {
      const stored = await this.admitted(this.partPayload(part), target, options);
      const offsetIds = stored.msgId.split(',');
      return part.map(({ messageId }, at) => ({
        sent: true,
        result: resultOf({ ...stored, queueOffset: stored.queueOffset + at }, messageId, offsetIds[at] ?? ''),
      }));
    } catch (error) {
      if (!isOperationFailed(error)) throw error;
      return part.map(({ messageId }) => ({ sent: false, messageId, error }));
    }
  }

  private partPayload(part: readonly CheckedMessage[]): Payload {
    const [only, ...others] = part;
    // Alone it may be compressed, and the envelope cannot push it over the limit of the broker.
    if (only !== undefined && others.length === 0) return singlePayload(only, this.parts.settings);
    return batchPayload(part, this.parts.ids.next());
  }

  private check(
    message: OutgoingMessage,
    { shardingKey }: SendOptions,
    { messageId, properties: system }: MessageKind = {},
  ): CheckedMessage {
    const { settings, ids } = this.parts;
    return checkMessage(message, { maxMessageSize: settings.maxMessageSize, messageId: messageId ?? ids.next(), shardingKey, system });
  }

  private admitted(payload: Payload, target: Target, options: SendOptions): Promise<Stored> {
    return this.withRoom(payload, options, (timeoutMs) => this.parts.sender.send(payload, target, { timeoutMs, signal: options.signal }));
  }

  private async withRoom<T>(payload: Payload, options: SendOptions, send: (timeoutMs: number) => Promise<T>): Promise<T> {
    const timeoutMs = await this.enter(payload, options);
    try {
      return await send(timeoutMs);
    } finally {
      this.parts.sendQueue.leave(payload.body.length);
    }
  }

  /** @returns how much of its time a send has left when there is room for it: nearly always at once */
  private enter(payload: Payload, options: SendOptions): number | Promise<number> {
    const { sendQueue, settings } = this.parts;
    const timeoutMs = duration('timeoutMs', options.timeoutMs, settings.sendMsgTimeoutMs);
    const room = sendQueue.enter(payload.body.length, { timeoutMs, signal: options.signal });
    return room === undefined ? timeoutMs : this.awaited(room, payload, timeoutMs);
  }

  private async awaited(room: Promise<void>, payload: Payload, timeoutMs: number): Promise<number> {
    const { clock } = this.parts;
    const startedMs = clock.monotonic();
    await room.catch((error: unknown) => refuse(payload, error));
    return timeoutMs - (clock.monotonic() - startedMs);
  }

  private closedError(): OperationFailed {
    return new OperationFailed('closed', `producer ${this.group} was shut down`);
  }

  private assertRunning(): void {
    if (this.state === 'running') return;
    const why = this.state === 'created' ? 'was not started' : 'was shut down';
    throw new SendFailed(`producer ${this.group} ${why}`, { reason: 'closed', outcome: 'failed', attempts: 0 });
  }
}

function refuse(payload: Payload, error: unknown): never {
  const reason = isOperationFailed(error) ? error.reason : 'overload';
  const message = `sending to topic ${payload.topic} was not begun: ${messageOf(error)}`;
  throw new SendFailed(message, { reason, outcome: 'failed', attempts: 0, cause: error });
}

function checkBatch(messages: readonly CheckedMessage[]): void {
  const [first] = messages;
  if (messages.some((message) => message.topic !== first?.topic)) throw new InvalidInput('topic', 'the messages of a batch have one topic');
  if (messages.some((message) => message.waitStoreMsgOK !== first?.waitStoreMsgOK)) {
    throw new InvalidInput('waitStoreMsgOK', 'the messages of a batch agree in waitStoreMsgOK');
  }
  if (messages.some(({ delayed }) => delayed)) throw new InvalidInput('delay', 'a delayed message is sent alone');
  if (messages.some(({ reply }) => reply)) throw new InvalidInput('replyTo', 'a reply is sent alone');
  if (first !== undefined && isRetryTopic(first.topic)) throw new InvalidInput('topic', 'a retry topic takes no batch');
}

function targetOf(message: OutgoingMessage, { queue, selector, arg, shardingKey }: SendOptions): Target {
  if (queue !== undefined) return (queues) => ownQueue(queues, queue);
  if (selector !== undefined) return (queues) => (queues.length === 0 ? undefined : ownQueue(queues, selector(queues, message, arg)));
  if (shardingKey !== undefined) return (queues) => (queues.length === 0 ? undefined : queueByKey(queues, shardingKey));
  return 'any';
}

function ownQueue(queues: readonly MessageQueue[], wanted: MessageQueue): MessageQueue | undefined {
  if (queues.length === 0) return undefined;
  const found = queues.find((queue) => compareQueues(queue, wanted) === 0);
  if (found === undefined) throw new InvalidInput('queue', `${queueText(wanted)} is not a queue that can be sent to`);
  return found;
}

function resultOf(stored: Stored, messageId: string, offsetMessageId: string): SendResult {
  const { status, queue, queueOffset, transactionId, regionId, recallHandle } = stored;
  return { status, messageId, offsetMessageId, queue, queueOffset, transactionId, regionId, recallHandle };
}
