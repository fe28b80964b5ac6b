import {
  appendProperty,
  encodeRecord,
  PROPERTIES_SIZE_MAX,
  PropertyName,
  printProperties,
  propertyOf,
  recordSize,
  TRANS_CHECK_MAX_TIME_TOPIC,
  TRANS_HALF_TOPIC,
  type MessageExt,
  withTransactionType,
} from '../../protocol/index.js';
import type { MessageDraft } from '../../store/index.js';
import { draftOf } from '../writing/draft-of.js';

/** All halves lie in one queue, and their op messages in the queue of the same number. As Java: TransactionalMessageBridge. */
export const HALF_QUEUE = 0;
/** Bytes that the broker itself adds to the properties of a half while it checks it. */
const OWN_PROPERTIES_SIZE = 128;
const HALF_PROPERTIES_SIZE_MAX = PROPERTIES_SIZE_MAX - OWN_PROPERTIES_SIZE;
const NUMBER = /^-?\d{1,15}$/;
const SECOND_MS = 1000;

/** Why it cannot be a half; undefined when it can. */
export function halfProblem({ properties }: MessageDraft): string | undefined {
  if (propertyOf(properties, PropertyName.PGROUP) === undefined) return 'a transactional message must name its producer group';
  // Most texts are short: their bytes need not be counted.
  if (properties.length * 3 <= HALF_PROPERTIES_SIZE_MAX || Buffer.byteLength(properties) <= HALF_PROPERTIES_SIZE_MAX) return undefined;
  return `the properties of a transactional message have at most ${HALF_PROPERTIES_SIZE_MAX} bytes, its own included`;
}

/** What a producer sent, on its way into the half queue. As Java: TransactionalMessageBridge.parseHalfMessageInner. */
export function halfOf(draft: MessageDraft): MessageDraft {
  const uniqueKey = propertyOf(draft.properties, PropertyName.UNIQ_KEY);
  let { properties } = draft;
  if (uniqueKey !== undefined) properties = appendProperty(properties, PropertyName.TRANSACTION_ID, uniqueKey);
  properties = appendProperty(properties, PropertyName.REAL_TOPIC, draft.topic);
  properties = appendProperty(properties, PropertyName.REAL_QID, String(draft.queueId));
  return { ...draft, topic: TRANS_HALF_TOPIC, queueId: HALF_QUEUE, sysFlag: withTransactionType(draft.sysFlag, 'none'), properties };
}

/** The group, topic and queue a half belongs to. */
export interface HalfTarget {
  readonly group: string;
  readonly topic: string;
  readonly queueId: number;
}

/** Undefined for a half that no transaction can end. */
export function targetOf({ properties }: MessageExt): HalfTarget | undefined {
  const group = properties.get(PropertyName.PGROUP);
  const topic = properties.get(PropertyName.REAL_TOPIC);
  const queueText = properties.get(PropertyName.REAL_QID) ?? '';
  if (group === undefined || topic === undefined || !/^\d{1,9}$/.test(queueText)) return undefined;
  return { group, topic, queueId: Number(queueText) };
}

/** The message that consumers see. As Java: EndTransactionProcessor.endMessageTransaction (5.4 and later). */
export function committedOf(half: MessageExt, target: HalfTarget): MessageDraft {
  const properties = new Map(half.properties);
  properties.delete(PropertyName.REAL_TOPIC);
  properties.delete(PropertyName.REAL_QID);
  return draftOf(half, {
    topic: target.topic,
    queueId: target.queueId,
    properties,
    sysFlag: withTransactionType(half.sysFlag, 'commit'),
    preparedTransactionOffset: half.physicalOffset,
  });
}

/** A half on its way to the end of the queue, before the producer is asked. As Java: TransactionalMessageBridge.renewHalfMessageInner. */
export function renewedOf(half: MessageExt, changes: ReadonlyMap<string, string>): MessageDraft {
  const properties = new Map([...half.properties, ...changes]);
  return draftOf(half, { topic: TRANS_HALF_TOPIC, queueId: HALF_QUEUE, properties, waitForStore: true });
}

/** As Java: DefaultTransactionalMessageCheckListener.toMessageExtBrokerInner. */
export const discardedOf = (half: MessageExt): MessageDraft =>
  draftOf(half, { topic: TRANS_CHECK_MAX_TIME_TOPIC, queueId: 0, waitForStore: true });

/** A given-up half, back in the queue as if it had never been asked for. As Java: AdminBrokerProcessor.resumeCheckHalfMessage. */
export function resumedOf(half: MessageExt): MessageDraft {
  return renewedOf(half, new Map([[PropertyName.TRANSACTION_CHECK_TIMES, '0']]));
}

/** How often the producer was asked. */
export function checkTimesOf({ properties }: MessageExt): number {
  const text = properties.get(PropertyName.TRANSACTION_CHECK_TIMES) ?? '';
  return NUMBER.test(text) ? Math.max(0, Number(text)) : 0;
}

/** Queue offset of the copy that the producer knows, of a half that was moved without being asked for. */
export function preparedOffsetOf({ properties }: MessageExt): number | undefined {
  const text = properties.get(PropertyName.TRAN_PREPARED_QUEUE_OFFSET) ?? '';
  return NUMBER.test(text) ? Number(text) : undefined;
}

/**
 * How long after its birth the producer is left alone with a half. Undefined when the message does not say.
 * As Java: TransactionalMessageServiceImpl.getImmunityTime.
 */
export function ownImmunityMs({ properties }: MessageExt, transactionTimeoutMs: number): number | undefined {
  const text = properties.get(PropertyName.CHECK_IMMUNITY_TIME_IN_SECONDS);
  if (text === undefined) return undefined;
  const seconds = NUMBER.test(text) ? Number(text) : -1;
  return seconds === -1 ? transactionTimeoutMs : seconds * SECOND_MS;
}

/**
 * How long after its birth a producer may end a transaction unasked, when the message says so; never less than the time before the first check.
 * As Java: TransactionalMessageUtil.getImmunityTime.
 */
export function endableForMs({ properties }: MessageExt, transactionTimeoutMs: number): number | undefined {
  const text = properties.get(PropertyName.CHECK_IMMUNITY_TIME_IN_SECONDS);
  if (text === undefined) return undefined;
  return Math.max(NUMBER.test(text) ? Number(text) * SECOND_MS : 0, transactionTimeoutMs);
}

/** The record a producer is asked about: under its own topic and queue, at the place of the half. As Java: sendCheckMessage. */
export function askedRecord(half: MessageExt, { topic, queueId }: HalfTarget): Buffer {
  const content = { ...half, topic, queueId, properties: printProperties(half.properties) };
  const record = Buffer.allocUnsafe(recordSize(content));
  encodeRecord(record, 0, content, half);
  return record;
}
