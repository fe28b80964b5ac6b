import { ResponseCode, type PullMessage, type SubscriptionGroupConfig, type TopicConfig } from '../../protocol/index.js';
import type { Reply } from '../../remoting/index.js';
import type { GetOutcome, GetStatus, MessageStore } from '../../store/index.js';

/** An empty queue is no error for those who start at its beginning; others are sent back there. */
function emptyQueueCode(queueOffset: number): number {
  return queueOffset === 0 ? ResponseCode.PULL_NOT_FOUND : ResponseCode.PULL_OFFSET_MOVED;
}

const codes: Readonly<Record<GetStatus, (queueOffset: number) => number>> = {
  found: () => ResponseCode.SUCCESS,
  'no-matched-message': () => ResponseCode.PULL_RETRY_IMMEDIATELY,
  'message-was-removing': () => ResponseCode.PULL_RETRY_IMMEDIATELY,
  'no-matched-logic-queue': emptyQueueCode,
  'no-message-in-queue': emptyQueueCode,
  'offset-found-null': () => ResponseCode.PULL_NOT_FOUND,
  'offset-overflow-one': () => ResponseCode.PULL_NOT_FOUND,
  'offset-overflow-badly': () => ResponseCode.PULL_OFFSET_MOVED,
  'offset-too-small': () => ResponseCode.PULL_OFFSET_MOVED,
};

/** Java's names of the statuses; they travel as the remark. */
const remarks: Readonly<Record<GetStatus, string>> = {
  found: 'FOUND',
  'no-matched-message': 'NO_MATCHED_MESSAGE',
  'message-was-removing': 'MESSAGE_WAS_REMOVING',
  'no-matched-logic-queue': 'NO_MATCHED_LOGIC_QUEUE',
  'no-message-in-queue': 'NO_MESSAGE_IN_QUEUE',
  'offset-found-null': 'OFFSET_FOUND_NULL',
  'offset-overflow-one': 'OFFSET_OVERFLOW_ONE',
  'offset-overflow-badly': 'OFFSET_OVERFLOW_BADLY',
  'offset-too-small': 'OFFSET_TOO_SMALL',
};

const MASTER_ID = 0;

/** Turns what the store found into one of the four answers of a pull. As Java: PullMessageProcessor.composeResponseHeader. */
export function pullReply(
  outcome: GetOutcome,
  queueOffset: number,
  { topic, group }: { readonly topic: TopicConfig; readonly group: SubscriptionGroupConfig },
): Reply<typeof PullMessage> {
  const header = {
    suggestWhichBrokerId: MASTER_ID,
    nextBeginOffset: outcome.nextBeginOffset,
    minOffset: outcome.minOffset,
    maxOffset: outcome.maxOffset,
    topicSysFlag: topic.topicSysFlag,
    groupSysFlag: group.groupSysFlag,
  };
  const body = outcome.status === 'found' ? outcome.records : undefined;
  return { code: codes[outcome.status](queueOffset), remark: remarks[outcome.status], header, body, release: outcome.release };
}

/** For a group that was set to another offset: the consumer goes on from there. */
export function movedReply(
  nextBeginOffset: number,
  { topic, group, queueId }: { readonly topic: TopicConfig; readonly group: SubscriptionGroupConfig; readonly queueId: number },
  store: Pick<MessageStore, 'minQueueOffset' | 'maxQueueOffset'>,
): Reply<typeof PullMessage> {
  const header = {
    suggestWhichBrokerId: MASTER_ID,
    nextBeginOffset,
    minOffset: store.minQueueOffset(topic.topicName, queueId),
    maxOffset: store.maxQueueOffset(topic.topicName, queueId),
    topicSysFlag: topic.topicSysFlag,
    groupSysFlag: group.groupSysFlag,
  };
  return { code: ResponseCode.PULL_OFFSET_MOVED, remark: 'OFFSET_RESET', header };
}
