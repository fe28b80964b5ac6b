import { isProtocolViolation, RequestRejected } from '../../base/index.js';
import {
  decodeBatchBody,
  isRetryTopic,
  need,
  PropertyName,
  propertyOf,
  ResponseCode,
  TRANS_HALF_TOPIC,
  transactionType,
  withTransactionType,
  type BatchItem,
  type SendMessage,
  type TopicConfig,
} from '../../protocol/index.js';
import { LaterReply, type Handler, type Reply, type Request } from '../../remoting/index.js';
import type { AppendOutcome, MessageDraft } from '../../store/index.js';
import type { BrokerIdentity } from '../config/listen-address.js';
import type { RetrySends } from '../redelivery/retry-sends.js';
import { acceptance, isAccepted, refusal } from '../sending/append-reply.js';
import { recallHandleOf } from '../sending/recall-handle-of.js';
import { asksForMore, type SendProperties } from '../sending/property-text.js';
import type { SendHeader, SendTarget } from '../sending/send-target.js';
import type { StatsTable } from '../stats/stats-table.js';
import type { UnsavedTopics } from '../topics/unsaved-topics.js';
import type { Transactions } from '../transactions/transactions.js';
import { isRefusal, type MessageWriter } from '../writing/message-writer.js';

type SendRequest = Request<typeof SendMessage>;
type SendReply = Reply<typeof SendMessage>;
type LaterSendReply = LaterReply<typeof SendMessage>;

export interface SendMessageOptions {
  readonly writer: Pick<MessageWriter, 'place' | 'append' | 'appendThen' | 'appendBatch'>;
  readonly transactions: Pick<Transactions, 'prepare'>;
  readonly targetOf: (header: SendHeader) => SendTarget;
  readonly stamp: (propertyText: string) => SendProperties;
  readonly stats: StatsTable;
  readonly identity: () => BrokerIdentity;
  readonly unsaved: UnsavedTopics;
  readonly retrySends: Pick<RetrySends, 'deadLetterOf'>;
  /** MSG_REGION and TRACE_ON. */
  readonly ext: ReadonlyMap<string, string>;
  /** Bytes. */
  readonly maxMessageSize: number;
}

/** A batch has at least 22 bytes per message: this many fill 4 MiB with empty ones. */
const BATCH_MESSAGES_MAX = 65_536;
/** Host forms and the two batch layouts are decided here, never by a client. */
const OWN_SYS_FLAGS = 0xf0;
const MULTI_TAGS = 0x2;

function refuseMessage(reason: string): never {
  throw new RequestRejected(ResponseCode.MESSAGE_ILLEGAL, reason);
}

function sysFlagOf(header: SendHeader, topic: TopicConfig): number {
  const sysFlag = withTransactionType((header.sysFlag ?? 0) & ~OWN_SYS_FLAGS, 'none');
  return topic.topicFilterType === 'MULTI_TAG' ? sysFlag | MULTI_TAGS : sysFlag;
}

function bodyOf(request: SendRequest): Buffer {
  return request.body ?? refuseMessage('the message has no body');
}

/** A message that failed before is none, although it still has the property: clients before 4.6.1 send it to the retry topic as it is. */
function isHalf({ transactional, delayed }: SendProperties, { topic, reconsumeTimes = 0 }: SendHeader): boolean {
  return transactional && !(reconsumeTimes > 0 && (delayed || isRetryTopic(topic ?? '')));
}

/** Nobody would ever end such a message: it would be in the log and in no queue. */
function checkTransaction(header: SendHeader, properties: SendProperties): void {
  const type = transactionType(header.sysFlag ?? 0);
  if (type !== 'none' && !properties.transactional) refuseMessage(`a message with the transaction type ${type} has no property TRAN_MSG`);
}

function checkCompaction(topic: TopicConfig, storedProperties: string): void {
  if (topic.attributes.size === 0 || topic.attributes.get('cleanup.policy') !== 'COMPACTION') return;
  if (propertyOf(storedProperties, PropertyName.KEYS) === undefined) refuseMessage('Required message key is missing');
}

/** SEND_MESSAGE, its V2 and SEND_BATCH_MESSAGE. As Java: SendMessageProcessor. */
export function sendMessage(options: SendMessageOptions): Handler<typeof SendMessage> {
  const sends = new Sends(options);
  const put = (request: SendRequest, target: SendTarget, propertyText?: string) =>
    request.header.batch === true ? sends.sendBatch(request, target) : sends.sendOne(request, target, propertyText);
  const putLater = async (saved: Promise<unknown>, request: SendRequest, target: SendTarget, propertyText?: string) => {
    await saved;
    return put(request, target, propertyText);
  };
  const putInto = (request: SendRequest, target: SendTarget, propertyText?: string) => {
    const unsaved = options.unsaved.pendingOf(target.topic.topicName);
    return unsaved === undefined ? put(request, target, propertyText) : putLater(unsaved, request, target, propertyText);
  };
  return (request) => {
    const { header, frame } = request;
    const target = options.targetOf(header);
    const { topicName } = target.topic;
    if (target.created) options.unsaved.add(topicName);
    const dead = header.batch !== true && isRetryTopic(topicName) ? options.retrySends.deadLetterOf(header, frame.version) : undefined;
    return dead === undefined ? putInto(request, target) : putInto(request, { ...dead, created: false }, dead.propertyText);
  };
}

class Sends {
  constructor(private readonly options: SendMessageOptions) {}

  /** @param propertyText those of the request, unless the message is something else than its sender thinks */
  sendOne(request: SendRequest, target: SendTarget, propertyText = request.header.properties ?? ''): LaterSendReply | Promise<SendReply> {
    const { writer, stamp, identity } = this.options;
    const { header } = request;
    const body = bodyOf(request);
    const properties = stamp(propertyText);
    checkTransaction(header, properties);
    checkCompaction(target.topic, properties.stored);
    const queueId = properties.priority === undefined ? target.queueId : queueOfPriority(properties.priority, target.topic);
    // Written out instead of shared with the batch: spreading an object into this one costs more than all the rest of the handler.
    const draft: MessageDraft = {
      topic: target.topic.topicName,
      queueId,
      flag: header.flag ?? 0,
      sysFlag: sysFlagOf(header, target.topic),
      bornTimestamp: need(header, 'bornTimestamp'),
      bornHost: request.peer.remote,
      storeHost: identity().storeHost,
      reconsumeTimes: header.reconsumeTimes ?? 0,
      preparedTransactionOffset: 0,
      body,
      properties: properties.stored,
      waitForStore: properties.waitForStore,
    };
    const sent = { topic: target.topic.topicName, queueId, uniqueKey: properties.uniqueKey, bytes: body.length };
    if (properties.transactional && isHalf(properties, header)) return this.sendHalf(draft, sent);
    if (properties.delayed) return this.sendDelayed(draft, sent);
    const reply: LaterSendReply = new LaterReply();
    writer.appendThen(draft, (outcome) => this.answerTo(reply, outcome, sent));
    return reply;
  }

  private answerTo(reply: LaterSendReply, outcome: AppendOutcome, sent: Sent): void {
    try {
      reply.settle(this.answer(outcome, sent));
    } catch (error) {
      reply.fail(error);
    }
  }

  private async sendDelayed(draft: MessageDraft, sent: Sent): Promise<SendReply> {
    const { writer, identity, ext } = this.options;
    const placed = writer.place(draft);
    if (isRefusal(placed)) return refusal(placed, ext);
    const { topic, queueId, uniqueKey, bytes } = sent;
    const recallHandle = recallHandleOf(placed, { topic, uniqueKey, brokerName: identity().brokerName });
    return this.answer(await writer.append(placed), { topic, queueId, uniqueKey, bytes, storedIn: placed.topic, recallHandle });
  }

  /** Waits for the end of its transaction first, and only then for a time. */
  private async sendHalf(draft: MessageDraft, { topic, queueId, uniqueKey, bytes }: Sent): Promise<SendReply> {
    const sent = { topic, queueId, uniqueKey, bytes, storedIn: TRANS_HALF_TOPIC };
    return this.answer(await this.options.transactions.prepare(draft), sent);
  }

  async sendBatch(request: SendRequest, target: SendTarget): Promise<SendReply> {
    const { writer, stamp, identity, maxMessageSize } = this.options;
    const { header } = request;
    const body = bodyOf(request);
    const { topicName } = target.topic;
    if (isRetryTopic(topicName)) refuseMessage(`batch request does not support retry group ${topicName}`);
    if (body.length > maxMessageSize) refuseMessage(`a batch of ${body.length} bytes, at most ${maxMessageSize} are allowed`);
    if (target.topic.attributes.get('queue.type') === 'BatchCQ')
      refuseMessage('batches to a topic with queue.type=BatchCQ are not supported by this broker');
    const envelope = stamp(header.properties ?? '');
    if (envelope.transactional || transactionType(header.sysFlag ?? 0) !== 'none')
      refuseMessage('transactional messages cannot be sent in a batch');
    const outcome = await writer.appendBatch({
      topic: target.topic.topicName,
      queueId: target.queueId,
      sysFlag: sysFlagOf(header, target.topic),
      bornTimestamp: need(header, 'bornTimestamp'),
      bornHost: request.peer.remote,
      storeHost: identity().storeHost,
      reconsumeTimes: header.reconsumeTimes ?? 0,
      preparedTransactionOffset: 0,
      waitForStore: envelope.waitForStore,
      messages: itemsOf(body),
    });
    return this.answer(outcome, {
      topic: target.topic.topicName,
      queueId: target.queueId,
      uniqueKey: envelope.uniqueKey,
      bytes: body.length,
    });
  }

  private answer(outcome: AppendOutcome, sent: Sent): SendReply {
    const { stats, identity, ext } = this.options;
    if (!isAccepted(outcome)) return refusal(outcome, ext);
    stats.countPut(sent.storedIn ?? sent.topic, outcome.physicalOffsets?.length ?? 1, sent.bytes);
    return acceptance(outcome, sent, { ext, messageId: identity().messageId });
  }
}

interface Sent {
  readonly topic: string;
  readonly queueId: number;
  readonly uniqueKey: string;
  readonly bytes: number;
  /** The topic in which a delayed message waits. */
  readonly storedIn?: string;
  readonly recallHandle?: string | undefined;
}

/** A priority picks the queue, over the one that was asked for. As Java: SendMessageProcessor.sendMessage (5.4 and later). */
function queueOfPriority(priority: number, topic: TopicConfig): number {
  return Math.max(0, Math.min(priority, topic.writeQueueNums - 1));
}

/** The messages of a batch keep their own properties, their unique keys too; nothing of the envelope is added. */
function itemsOf(body: Buffer): BatchItem[] {
  let items: BatchItem[];
  try {
    items = decodeBatchBody(body, BATCH_MESSAGES_MAX);
  } catch (error) {
    if (isProtocolViolation(error)) refuseMessage(error.message);
    throw error;
  }
  if (items.length === 0) refuseMessage('the batch has no messages');
  if (items.some((item) => asksForMore(item.properties))) refuseMessage('delayed and transactional messages cannot be sent in a batch');
  return items;
}
