import { parseProperties, printProperties, PropertyName, propertyOf, TIMER_TOPIC } from '../../protocol/index.js';
import type { AppendRefusal, MessageDraft } from '../../store/index.js';
import type { Redirect } from '../writing/message-writer.js';

export interface TimerRedirectOptions {
  readonly now: () => number;
  readonly settings: {
    readonly timerWheelEnable: boolean;
    readonly timerPrecisionMs: number;
    readonly timerMaxDelaySec: number;
    readonly timerCongestNumEachSlot: number;
  };
  /** Whether too many messages are due at that time already. */
  readonly isCongested: (outMs: number) => boolean;
}

const wishes = [
  { name: PropertyName.TIMER_DELAY_SEC, deliverMs: (value: number, nowMs: number) => nowMs + value * 1000 },
  { name: PropertyName.TIMER_DELAY_MS, deliverMs: (value: number, nowMs: number) => nowMs + value },
  { name: PropertyName.TIMER_DELIVER_MS, deliverMs: (value: number) => value },
] as const;

/** The last tick that is over before a message may be delivered. As Java: HookUtils.transformTimerMessage. */
function tickBefore(deliverMs: number, precisionMs: number): number {
  const rest = deliverMs % precisionMs;
  return rest === 0 ? deliverMs - precisionMs : deliverMs - rest;
}

/** A message with a time of its own waits in the timer's topic. As Java: HookUtils.handleScheduleMessage. */
export function timerRedirect(options: TimerRedirectOptions): Redirect {
  return (draft) => {
    const { properties } = draft;
    // What carries a time out has been in the timer before: it is on its way out, or consumed and sent back.
    if (draft.topic === TIMER_TOPIC || propertyOf(properties, PropertyName.TIMER_OUT_MS) !== undefined) return undefined;
    const wish = wishes.find(({ name }) => propertyOf(properties, name) !== undefined);
    if (wish === undefined) return undefined;
    if (!options.settings.timerWheelEnable) return disabled;
    const value = propertyOf(properties, wish.name) ?? '';
    const nowMs = options.now();
    const deliverMs = /^[+-]?\d{1,15}$/.test(value) ? wish.deliverMs(Number(value), nowMs) : NaN;
    if (!Number.isSafeInteger(deliverMs)) return illegal(options);
    return deliverMs > nowMs ? inTimer(draft, deliverMs, options) : overdue(draft, options);
  };
}

function inTimer(draft: MessageDraft, deliverMs: number, options: TimerRedirectOptions): MessageDraft | AppendRefusal {
  const { timerMaxDelaySec, timerPrecisionMs } = options.settings;
  if (deliverMs - options.now() > timerMaxDelaySec * 1000) return illegal(options);
  const outMs = tickBefore(deliverMs, timerPrecisionMs);
  if (options.isCongested(outMs)) return congested(options);
  const properties = parseProperties(draft.properties);
  properties.set(PropertyName.TIMER_OUT_MS, String(outMs));
  properties.set(PropertyName.REAL_TOPIC, draft.topic);
  properties.set(PropertyName.REAL_QID, String(draft.queueId));
  return { ...draft, topic: TIMER_TOPIC, queueId: 0, properties: printProperties(properties) };
}

/** Its time has come: it is an ordinary message. A recall that is too late is none. */
function overdue(draft: MessageDraft, options: TimerRedirectOptions): AppendRefusal | undefined {
  return propertyOf(draft.properties, PropertyName.TIMER_DEL_UNIQKEY) === undefined ? undefined : illegal(options);
}

const disabled: AppendRefusal = { kind: 'timer-refused', reason: 'accurate timer message is not enabled, timerWheelEnable is false' };

const illegal = ({ settings }: TimerRedirectOptions): AppendRefusal => ({
  kind: 'message-illegal',
  reason:
    `timer message illegal, the delay time should not be bigger than the max delay ${settings.timerMaxDelaySec * 1000}ms; ` +
    'or if set del msg, the delay time should be bigger than the current time',
});

const congested = ({ settings: { timerCongestNumEachSlot: limit } }: TimerRedirectOptions): AppendRefusal => ({
  kind: 'timer-refused',
  reason:
    `timer message is under flow control, max num limit is ${limit * 2} or the current value is greater than ${limit} ` +
    `and less than ${limit * 2}, trigger random flow control`,
});
