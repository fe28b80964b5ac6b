import { encodeRecallHandle, isRetryTopic, PropertyName, propertyOf } from '../../protocol/index.js';
import type { MessageDraft } from '../../store/index.js';

/**
 * By which the producer may take the message back; undefined for one that does not wait in the timer.
 * As Java: SendMessageProcessor.attachRecallHandle.
 */
export function recallHandleOf(
  placed: MessageDraft,
  sent: { readonly topic: string; readonly uniqueKey: string; readonly brokerName: string },
): string | undefined {
  const outMs = propertyOf(placed.properties, PropertyName.TIMER_OUT_MS);
  if (outMs === undefined || isRetryTopic(sent.topic)) return undefined;
  // One more, so that rounding it down again leads to the same tick.
  return encodeRecallHandle({ topic: sent.topic, brokerName: sent.brokerName, time: String(Number(outMs) + 1), messageId: sent.uniqueKey });
}
