import { ProtocolViolation } from '../../base/index.js';
import { decodeRecords, type MessageExt, type MessageQueue, PropertyName, readRecords, ResponseCode } from '../../protocol/index.js';
import type { PullAnswer, PullHeader } from '../instance/calls.js';
import type { QueueBounds } from './process-queue.js';
import { matches, type Subscription } from './subscription-table.js';

/** Bits of a pull's sysFlag. As Java: PullSysFlag. */
const COMMIT_OFFSET = 1;
const SUSPEND = 2;

/** How long the broker may hold a pull that finds nothing, ms. */
const SUSPEND_MS = 15_000;
/** How long the client waits for the answer, ms. */
export const PULL_TIMEOUT_MS = 30_000;

export interface PullPlan {
  readonly group: string;
  readonly queue: MessageQueue;
  readonly queueOffset: number;
  readonly subscription: Subscription;
  readonly maxMsgNums: number;
  readonly maxMsgBytes: number;
  /** What the broker shall store as the offset of the group on this occasion. */
  readonly commitOffset: number | undefined;
}

// The expression is not sent: the broker has it from the heartbeats. As Java: postSubscriptionWhenPull is false.
export function pullHeader(plan: PullPlan): PullHeader {
  const { group, queue, queueOffset, subscription, maxMsgNums, maxMsgBytes, commitOffset } = plan;
  return {
    consumerGroup: group,
    topic: queue.topic,
    queueId: queue.queueId,
    queueOffset,
    maxMsgNums,
    sysFlag: SUSPEND | (commitOffset === undefined ? 0 : COMMIT_OFFSET),
    commitOffset: commitOffset ?? 0,
    suspendTimeoutMillis: SUSPEND_MS,
    subVersion: subscription.version,
    expressionType: subscription.type,
    maxMsgBytes,
    bname: queue.brokerName,
  };
}

export type PullOutcome =
  /** `messages` may be empty: all of them carried other tags. */
  | {
      readonly kind: 'found';
      readonly messages: readonly MessageExt[];
      readonly bounds: QueueBounds;
      readonly nextOffset: number;
      readonly nextBrokerId: number;
    }
  | { readonly kind: 'nothing'; readonly nextOffset: number; readonly nextBrokerId: number }
  /** The broker has no such offset (any more). */
  | { readonly kind: 'moved'; readonly nextOffset: number }
  | { readonly kind: 'refused'; readonly code: number; readonly remark: string | undefined };

/** @throws ProtocolViolation when the answer is not what the protocol promises */
export function pullOutcome(answer: PullAnswer, subscription: Subscription): PullOutcome {
  const { code, remark, header } = answer;
  const { nextBeginOffset, minOffset = 0, maxOffset = 0, suggestWhichBrokerId = 0 } = header;
  switch (code) {
    case ResponseCode.SUCCESS:
    case ResponseCode.PULL_NOT_FOUND:
    case ResponseCode.PULL_RETRY_IMMEDIATELY:
    case ResponseCode.PULL_OFFSET_MOVED:
      break;
    default:
      return { kind: 'refused', code, remark };
  }
  if (nextBeginOffset === undefined) throw new ProtocolViolation('the answer to a pull says not where to go on');
  if (code === ResponseCode.PULL_OFFSET_MOVED) return { kind: 'moved', nextOffset: nextBeginOffset };
  const place = { nextOffset: nextBeginOffset, nextBrokerId: suggestWhichBrokerId };
  if (code !== ResponseCode.SUCCESS) return { kind: 'nothing', ...place };
  return { kind: 'found', messages: messagesOf(answer, subscription), bounds: { minOffset, maxOffset }, ...place };
}

function messagesOf({ body, header }: PullAnswer, subscription: Subscription): MessageExt[] {
  if (body === undefined) return [];
  const { offsetDelta = 0 } = header;
  // A frame is never written to again, so the messages need no copy of it. A moved offset does not stand in it: then they do.
  if (offsetDelta === 0) return chosen(readRecords(body), subscription);
  return chosen(decodeRecords(body), subscription).map((message) => ({ ...message, queueOffset: message.queueOffset + offsetDelta }));
}

function chosen<M extends MessageExt>(messages: M[], subscription: Subscription): M[] {
  if (subscription.tags.size === 0) return messages;
  return messages.filter((message) => matches(subscription, message.properties.get(PropertyName.TAGS)));
}
