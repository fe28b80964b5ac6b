import { isProtocolViolation, RequestRejected } from '../../base/index.js';
import {
  decodeBatchBody,
  need,
  PropertyName,
  propertyOf,
  ResponseCode,
  transactionType,
  type BatchItem,
  type SendMessage,
  type TopicConfig,
} from '../../protocol/index.js';
import type { Handler, Reply, Request } from '../../remoting/index.js';
import type { MessageDraft, MessageStore } from '../../store/index.js';
import type { BrokerIdentity } from '../config/listen-address.js';
import { acceptance, isAccepted, refusal } from '../sending/append-reply.js';
import { asksForMore, type SendProperties } from '../sending/property-text.js';
import type { SendHeader, SendTarget } from '../sending/send-target.js';
import type { StatsTable } from '../stats/stats-table.js';

type SendRequest = Request<typeof SendMessage>;

export interface SendMessageOptions {
  readonly store: Pick<MessageStore, 'append' | 'appendBatch'>;
  readonly targetOf: (header: SendHeader) => SendTarget;
  readonly stamp: (propertyText: string) => SendProperties;
  readonly stats: StatsTable;
  readonly identity: () => BrokerIdentity;
  /** Resolves when topics made so far are saved and known to the name servers, or when waiting longer is in vain. */
  readonly topicsPublished: () => Promise<void>;
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
  const sysFlag = (header.sysFlag ?? 0) & ~OWN_SYS_FLAGS;
  if (transactionType(sysFlag) !== 'none') refuseMessage('transactional messages are not supported by this broker');
  return topic.topicFilterType === 'MULTI_TAG' ? sysFlag | MULTI_TAGS : sysFlag;
}

function bodyOf(request: SendRequest): Buffer {
  return request.body ?? refuseMessage('the message has no body');
}

/** What this release cannot do is refused: to deliver such a message at once would be wrong. */
function checkSupported(properties: SendProperties): void {
  if (properties.delayed) refuseMessage('delayed messages are not supported by this broker');
  if (properties.transactional) refuseMessage('transactional messages are not supported by this broker');
}

function checkCompaction(topic: TopicConfig, storedProperties: string): void {
  if (topic.attributes.size === 0 || topic.attributes.get('cleanup.policy') !== 'COMPACTION') return;
  if (propertyOf(storedProperties, PropertyName.KEYS) === undefined) refuseMessage('Required message key is missing');
}

/** SEND_MESSAGE, its V2 and SEND_BATCH_MESSAGE. As Java: SendMessageProcessor. */
export function sendMessage(options: SendMessageOptions): Handler<typeof SendMessage> {
  const { store, targetOf, stamp, stats, identity, topicsPublished, ext, maxMessageSize } = options;

  // New topics by name. Until theirs is saved no send to them is answered: a crash would lose the topic, and with it messages that were acknowledged.
  const publishing = new Map<string, Promise<void>>();
  const publish = (topic: string): void => {
    // A topic file that cannot be written is no reason to send a stored message again. The saver has logged it.
    const pending = topicsPublished()
      .catch(() => undefined)
      .then(() => {
        if (publishing.get(topic) === pending) publishing.delete(topic);
      });
    publishing.set(topic, pending);
  };

  const common = (request: SendRequest, { topic, queueId }: SendTarget) => ({
    topic: topic.topicName,
    queueId,
    sysFlag: sysFlagOf(request.header, topic),
    bornTimestamp: need(request.header, 'bornTimestamp'),
    bornHost: request.peer.remote,
    storeHost: identity().storeHost,
    reconsumeTimes: request.header.reconsumeTimes ?? 0,
    preparedTransactionOffset: 0,
  });

  const sendOne = async (request: SendRequest, target: SendTarget): Promise<Reply<typeof SendMessage>> => {
    const body = bodyOf(request);
    const properties = stamp(request.header.properties ?? '');
    checkSupported(properties);
    checkCompaction(target.topic, properties.stored);
    const draft: MessageDraft = {
      ...common(request, target),
      flag: request.header.flag ?? 0,
      body,
      properties: properties.stored,
      waitForStore: properties.waitForStore,
    };
    const placed = properties.priority === undefined ? draft : withPriority(draft, properties.priority, target.topic);
    const outcome = await store.append(placed);
    if (!isAccepted(outcome)) return refusal(outcome, ext);
    stats.countPut(placed.topic, 1, body.length);
    const pending = publishing.get(placed.topic);
    if (pending !== undefined) await pending;
    return acceptance(outcome, { queueId: placed.queueId, uniqueKey: properties.uniqueKey }, { ext, messageId: identity().messageId });
  };

  const sendBatch = async (request: SendRequest, target: SendTarget): Promise<Reply<typeof SendMessage>> => {
    const body = bodyOf(request);
    if (body.length > maxMessageSize) refuseMessage(`a batch of ${body.length} bytes, at most ${maxMessageSize} are allowed`);
    if (target.topic.attributes.get('queue.type') === 'BatchCQ')
      refuseMessage('batches to a topic with queue.type=BatchCQ are not supported by this broker');
    const envelope = stamp(request.header.properties ?? '');
    const outcome = await store.appendBatch({ ...common(request, target), waitForStore: envelope.waitForStore, messages: itemsOf(body) });
    if (!isAccepted(outcome)) return refusal(outcome, ext);
    stats.countPut(target.topic.topicName, outcome.physicalOffsets.length, body.length);
    const pending = publishing.get(target.topic.topicName);
    if (pending !== undefined) await pending;
    return acceptance(outcome, { queueId: target.queueId, uniqueKey: envelope.uniqueKey }, { ext, messageId: identity().messageId });
  };

  return (request) => {
    const target = targetOf(request.header);
    if (target.created) publish(target.topic.topicName);
    return request.header.batch === true ? sendBatch(request, target) : sendOne(request, target);
  };
}

/** A priority picks the queue, over the one that was asked for. As Java: SendMessageProcessor.sendMessage (5.4 and later). */
function withPriority(draft: MessageDraft, priority: number, topic: TopicConfig): MessageDraft {
  return { ...draft, queueId: Math.max(0, Math.min(priority, topic.writeQueueNums - 1)) };
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
