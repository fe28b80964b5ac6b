import { parseProperties, printProperties, PropertyName, propertyOf, SCHEDULE_TOPIC } from '../../protocol/index.js';
import type { MessageDraft } from '../../store/index.js';
import type { Redirect } from '../writing/message-writer.js';

/** The queue of a delay level. As Java: ScheduleMessageService.delayLevel2QueueId. */
export const queueOfLevel = (level: number): number => level - 1;

/** A level: of two wishes for a delay this one wins, so the other leaves the message. */
const timerProperties = [PropertyName.TIMER_DELIVER_MS, PropertyName.TIMER_DELAY_SEC, PropertyName.TIMER_DELAY_MS] as const;

/**
 * A message with a delay level waits in the queue of its level. As Java: HookUtils.transformDelayLevelMessage.
 * @param levelMax the highest level there is; higher wishes get this one
 */
export function levelRedirect(levelMax: number): Redirect {
  return (draft) => {
    const wish = propertyOf(draft.properties, PropertyName.DELAY);
    if (wish === undefined) return undefined;
    if (!/^[+-]?\d{1,10}$/.test(wish)) return { kind: 'message-illegal', reason: `delay level ${JSON.stringify(wish.slice(0, 20))}` };
    const level = Math.min(Number(wish), levelMax);
    return level <= 0 ? undefined : inLevel(draft, level);
  };
}

function inLevel(draft: MessageDraft, level: number): MessageDraft {
  const properties = parseProperties(draft.properties);
  for (const name of timerProperties) properties.delete(name);
  properties.set(PropertyName.DELAY, String(level));
  properties.set(PropertyName.REAL_TOPIC, draft.topic);
  properties.set(PropertyName.REAL_QID, String(draft.queueId));
  return { ...draft, topic: SCHEDULE_TOPIC, queueId: queueOfLevel(level), properties: printProperties(properties) };
}
