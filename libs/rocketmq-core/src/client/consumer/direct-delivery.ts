import { messageOf } from '../../base/index.js';
import type { ConsumeMessageDirectlyResult, MessageExt, MessageQueue } from '../../protocol/index.js';
import type { Clock, Logger } from '../../runtime/index.js';
import type { BatchListener } from '../message-types.js';
import { messageIdOf, receivedMessage } from '../received-message.js';
import { verdictsOf } from './verdicts.js';

export interface DirectDeliveryParts {
  readonly group: string;
  readonly listener: BatchListener;
  /** Whether the consumer keeps the order of its queues. */
  readonly ordered: boolean;
  readonly consumeTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Calls the listener for one message that an administrator chose, beside whatever else runs; no offset moves and nothing is handed back. As Java:
 * ConsumeMessageService.consumeMessageDirectly.
 */
export async function deliverDirectly(
  message: MessageExt,
  brokerName: string,
  parts: DirectDeliveryParts,
): Promise<ConsumeMessageDirectlyResult> {
  const { group, listener, ordered: order, consumeTimeoutMs, clock, logger } = parts;
  const queue: MessageQueue = { topic: message.topic, brokerName, queueId: message.queueId };
  const startedMs = clock.monotonic();
  const ending = new AbortController();
  const timer = clock.after(consumeTimeoutMs, () => ending.abort());
  const outcome = (more: Pick<ConsumeMessageDirectlyResult, 'consumeResult' | 'remark'>): ConsumeMessageDirectlyResult => {
    return { order, autoCommit: true, spentTimeMills: Math.round(clock.monotonic() - startedMs), ...more };
  };
  try {
    const bounds = { minOffset: message.queueOffset, maxOffset: message.queueOffset + 1 };
    const received = receivedMessage({ message, bounds, localFailures: 0 }, queue);
    const result = await listener([received], { group, queue, attempt: received.reconsumeTimes + 1, signal: ending.signal });
    return outcome({ consumeResult: verdictsOf(result, 1) === undefined ? 'CR_SUCCESS' : 'CR_LATER' });
  } catch (error) {
    const failure = messageOf(error);
    logger.log('warn', 'a listener failed', { group, messageId: messageIdOf(message), directly: true, error: failure });
    return outcome({ consumeResult: 'CR_THROW_EXCEPTION', remark: failure });
  } finally {
    timer.cancel();
  }
}
