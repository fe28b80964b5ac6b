import { isProtocolViolation, RequestRejected } from '../../base/index.js';
import {
  type ConsumerSendMsgBack,
  decodeRecord,
  type MessageExt,
  need,
  ResponseCode,
  SCHEDULE_TOPIC,
  TIMER_TOPIC,
  TRANS_HALF_TOPIC,
  TRANS_OP_HALF_TOPIC,
} from '../../protocol/index.js';
import type { Handler, Reply, Request } from '../../remoting/index.js';
import type { AppendOutcome, MessageDraft, MessageStore } from '../../store/index.js';
import type { BrokerIdentity } from '../config/listen-address.js';
import type { GroupTable } from '../groups/group-table.js';
import { deadLetterProperties, retryProperties } from '../redelivery/redelivered-properties.js';
import type { RedeliveryQueue, RedeliveryTopics } from '../redelivery/redelivery-topics.js';
import { retryLimit } from '../redelivery/retry-limit.js';
import { resolvedGroup } from '../redelivery/retry-sends.js';
import type { StatsTable } from '../stats/stats-table.js';
import { isWriteable } from '../topics/permission.js';
import type { UnsavedTopics } from '../topics/unsaved-topics.js';
import { draftOf } from '../writing/draft-of.js';
import type { MessageWriter } from '../writing/message-writer.js';

type SendBackRequest = Request<typeof ConsumerSendMsgBack>;
type SendBackReply = Reply<typeof ConsumerSendMsgBack>;

export interface ConsumerSendMsgBackOptions {
  readonly groups: Pick<GroupTable, 'resolve'>;
  readonly redeliveryTopics: RedeliveryTopics;
  readonly unsaved: UnsavedTopics;
  readonly store: Pick<MessageStore, 'recordAt'>;
  readonly writer: Pick<MessageWriter, 'write' | 'append'>;
  readonly identity: () => BrokerIdentity;
  readonly stats: Pick<StatsTable, 'countPut' | 'countSendBack' | 'countDeadLetter'>;
  /** Read at every use: it may change while the broker runs. */
  readonly settings: { readonly brokerPermission: number };
}

/** Level of the first retry. As Java: the first two levels are for other uses. */
const FIRST_RETRY_LEVEL = 3;
/** Nobody consumes these: a message that is not visible must not become so by an offset that was guessed. */
const hiddenTopics: ReadonlySet<string> = new Set([SCHEDULE_TOPIC, TIMER_TOPIC, TRANS_HALF_TOPIC, TRANS_OP_HALF_TOPIC]);

/** Takes back a message that a consumer group failed to consume. As Java: AbstractSendMessageProcessor.consumerSendMsgBack. */
export function consumerSendMsgBack(options: ConsumerSendMsgBackOptions): Handler<typeof ConsumerSendMsgBack> {
  return async (request) => {
    const { groups, redeliveryTopics, settings } = options;
    const { header } = request;
    const group = resolvedGroup(groups, need(header, 'group'));
    if (!isWriteable(settings.brokerPermission)) {
      throw new RequestRejected(ResponseCode.NO_PERMISSION, 'the broker does not accept messages now');
    }
    // As Java: a group without retry queues wants no retries.
    if (group.retryQueueNums <= 0) return { code: ResponseCode.SUCCESS };
    const retryQueue = redeliveryTopics.retryQueue(group, header.unitMode === true);
    const message = storedMessage(options.store, need(header, 'offset'));
    const delayLevel = need(header, 'delayLevel');
    const limit = retryLimit(group, { version: request.frame.version, maxReconsumeTimes: header.maxReconsumeTimes });
    if (delayLevel < 0 || message.reconsumeTimes >= limit) return putAway(options, request, message);
    const level = delayLevel === 0 ? FIRST_RETRY_LEVEL + message.reconsumeTimes : delayLevel;
    await options.unsaved.pendingOf(retryQueue.topic.topicName);
    const outcome = await options.writer.write(failedDraft(options, message, retryQueue, retryProperties(message, level)));
    // No room for the properties of a retry, or a limit that was lowered: the next attempt would end the same way, and so would all others.
    if (outcome.kind === 'message-illegal') return putAway(options, request, message);
    return answer(options, request, { message, outcome });
  };
}

/** @throws RequestRejected when no message that anybody consumes begins at the offset */
function storedMessage(store: Pick<MessageStore, 'recordAt'>, offset: number): MessageExt {
  const record = offset < 0 ? undefined : store.recordAt(offset);
  const message = record && readable(record);
  if (message === undefined || hiddenTopics.has(message.topic)) {
    throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `look message by offset failed, ${offset}`);
  }
  return message;
}

function readable(record: Buffer): MessageExt | undefined {
  try {
    return decodeRecord(record);
  } catch (error) {
    if (isProtocolViolation(error)) return undefined;
    throw error;
  }
}

function failedDraft(
  { identity }: ConsumerSendMsgBackOptions,
  message: MessageExt,
  { topic, queueId }: RedeliveryQueue,
  properties: ReadonlyMap<string, string>,
): MessageDraft {
  return draftOf(message, {
    topic: topic.topicName,
    queueId,
    properties,
    storeHost: identity().storeHost,
    reconsumeTimes: message.reconsumeTimes + 1,
    // Unlike Java: the consumer commits its offset past the message on our word, so with SYNC_FLUSH the word is given when the copy is safe.
    waitForStore: true,
  });
}

async function putAway(options: ConsumerSendMsgBackOptions, request: SendBackRequest, message: MessageExt): Promise<SendBackReply> {
  const { redeliveryTopics, unsaved, stats, writer } = options;
  const group = need(request.header, 'group');
  const queue = redeliveryTopics.deadLetterQueue(group);
  await unsaved.pendingOf(queue.topic.topicName);
  const properties = deadLetterProperties(retryProperties(message, 0));
  let outcome = await writer.append(failedDraft(options, message, queue, properties));
  // What does not fit with more properties fits as it was stored before.
  if (outcome.kind === 'message-illegal') outcome = await writer.append(failedDraft(options, message, queue, message.properties));
  if (outcome.kind === 'ok') stats.countDeadLetter(group, message.properties.get('RETRY_TOPIC') ?? message.topic);
  return answer(options, request, { message, outcome });
}

interface Stored {
  readonly message: MessageExt;
  readonly outcome: AppendOutcome;
}

function answer({ stats }: ConsumerSendMsgBackOptions, request: SendBackRequest, { message, outcome }: Stored): SendBackReply {
  if (outcome.kind !== 'ok') {
    const reason = 'reason' in outcome ? outcome.reason : outcome.kind;
    return { code: ResponseCode.SYSTEM_ERROR, remark: reason };
  }
  stats.countSendBack(need(request.header, 'group'), message.properties.get('RETRY_TOPIC') ?? message.topic);
  return { code: ResponseCode.SUCCESS };
}
