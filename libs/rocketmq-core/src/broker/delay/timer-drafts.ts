import { printProperties, PROPERTIES_SIZE_MAX, PropertyName, TIMER_TOPIC, type MessageExt } from '../../protocol/index.js';
import type { MessageDraft } from '../../store/index.js';
import { draftOf } from '../writing/draft-of.js';

/** Written as TIMER_ENQUEUE_MS of a message that was due before it could wait. As Java: Long.MAX_VALUE. */
export const NEVER_ENQUEUED = '9223372036854775807';

export interface Wait {
  /** When it began to wait, milliseconds as text. */
  readonly enqueuedMs: string;
  readonly nowMs: number;
}

/** Out of the timer and to where it belongs; or why it cannot go there. As Java: TimerMessageStore.convert. */
export function deliveredDraft(message: MessageExt, wait: Wait): MessageDraft | string {
  const topic = message.properties.get(PropertyName.REAL_TOPIC);
  const queueId = Number(message.properties.get(PropertyName.REAL_QID));
  if (topic === undefined || !Number.isInteger(queueId)) return 'it does not say where it belongs';
  return draftOf(message, { topic, queueId, properties: tracedText(message, wait, new Map()), preparedTransactionOffset: 0 });
}

/** Back into the timer: it waits longer than the wheel reaches. */
export function rolledDraft(message: MessageExt, wait: Wait): MessageDraft {
  const rolls = Number(message.properties.get(PropertyName.TIMER_ROLL_TIMES) ?? 0) + 1;
  const more = new Map([[PropertyName.TIMER_ROLL_TIMES, String(Number.isSafeInteger(rolls) ? rolls : 1)]]);
  return draftOf(message, { topic: TIMER_TOPIC, queueId: 0, properties: tracedText(message, wait, more), preparedTransactionOffset: 0 });
}

// A message whose properties were as long as allowed must not be lost for the traces that it gets on its way.
function tracedText({ properties }: MessageExt, { enqueuedMs, nowMs }: Wait, more: ReadonlyMap<string, string>): string {
  const traces = new Map([...properties, ...more]);
  traces.set(PropertyName.TIMER_ENQUEUE_MS, enqueuedMs);
  traces.set(PropertyName.TIMER_DEQUEUE_MS, String(nowMs));
  const text = printProperties(traces);
  return Buffer.byteLength(text) <= PROPERTIES_SIZE_MAX ? text : printProperties(properties);
}
