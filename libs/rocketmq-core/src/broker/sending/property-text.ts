import { parseProperties, printProperties, PropertyName } from '../../protocol/index.js';

const NAME_END = '\u0001';
const VALUE_END = '\u0002';

/** What a send's properties mean to the broker, and the text it stores. */
export interface SendProperties {
  readonly stored: string;
  readonly uniqueKey: string;
  /** Property WAIT: false answers before flush and replication. */
  readonly waitForStore: boolean;
  /** Undefined when the message has none. */
  readonly priority: number | undefined;
  /** Whether it asks to be delivered later. */
  readonly delayed: boolean;
  /** Whether it is the first half of a transaction. */
  readonly transactional: boolean;
}

interface Marks {
  rewrite: boolean;
  uniqueKey: string | undefined;
  wait: string | undefined;
  priority: string | undefined;
  delayed: boolean;
  transactional: boolean;
  ordered: boolean;
}

export interface PropertyStamp {
  /** Written into every message, over what the client sent. */
  readonly fixed: ReadonlyMap<string, string>;
  readonly newUniqueKey: () => string;
}

const isTrue = (text: string) => text.toLowerCase() === 'true';

/**
 * Sets MSG_REGION, TRACE_ON and CLUSTER, adds UNIQ_KEY when it is missing and drops POP_CK. As Java: AbstractSendMessageProcessor.buildMsgContext,
 * SendMessageProcessor.clearReservedProperties and sendMessage.
 */
export function propertyStamper({ fixed, newUniqueKey }: PropertyStamp): (text: string) => SendProperties {
  const fixedText = printProperties(fixed);
  return (text) => {
    const marks = scan(text);
    const uniqueKey = marks.uniqueKey ?? newUniqueKey();
    let stored: string;
    // The common case costs one pass and one concatenation instead of a map: this runs for every message.
    if (!marks.rewrite) {
      const open = text !== '' && !text.endsWith(VALUE_END) ? VALUE_END : '';
      const ownKey = marks.uniqueKey === undefined ? PropertyName.UNIQ_KEY + NAME_END + uniqueKey + VALUE_END : '';
      stored = text + open + ownKey + fixedText;
    } else {
      const properties = parseProperties(text);
      properties.delete(PropertyName.POP_CK);
      properties.set(PropertyName.UNIQ_KEY, uniqueKey);
      for (const [name, value] of fixed) properties.set(name, value);
      stored = printProperties(properties);
    }
    const { delayed, transactional, ordered, wait } = marks;
    // As Java: only a message that is nothing else can have a priority.
    const plain = !delayed && !transactional && !ordered;
    const priority = plain && marks.priority !== undefined ? priorityOf(marks.priority) : undefined;
    return { stored, uniqueKey, waitForStore: wait === undefined || isTrue(wait), priority, delayed, transactional };
  };
}

/** Whether the inner message of a batch asks for what only single messages can have. */
export function asksForMore(text: string): boolean {
  const { delayed, transactional } = scan(text);
  return delayed || transactional;
}

const priorityOf = (text: string) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined);

function scan(text: string): Marks {
  const marks: Marks = {
    rewrite: false,
    uniqueKey: undefined,
    wait: undefined,
    priority: undefined,
    delayed: false,
    transactional: false,
    ordered: false,
  };
  for (let at = 0; at < text.length;) {
    let end = text.indexOf(VALUE_END, at);
    if (end < 0) end = text.length;
    const nameEnd = text.indexOf(NAME_END, at);
    // An item without a name or a value is nobody's property; rewriting the text drops it.
    if (nameEnd <= at || nameEnd >= end - 1) marks.rewrite = true;
    else note(marks, text, { at, nameEnd, end });
    at = end + 1;
  }
  return marks;
}

type Mark = (marks: Marks, value: string) => void;
const rewrite: Mark = (marks) => void (marks.rewrite = true);
const delay: Mark = (marks) => void (marks.delayed = true);

const marksByName: readonly (readonly [name: string, mark: Mark])[] = [
  [PropertyName.UNIQ_KEY, (marks, value) => void (marks.uniqueKey = value)],
  [PropertyName.WAIT, (marks, value) => void (marks.wait = value)],
  [PropertyName.PRIORITY, (marks, value) => void (marks.priority = value)],
  [PropertyName.SHARDING_KEY, (marks) => void (marks.ordered = true)],
  [PropertyName.TRAN_MSG, (marks, value) => void (marks.transactional = isTrue(value))],
  [PropertyName.DELAY, (marks, value) => void (marks.delayed ||= Number(value) > 0)],
  [PropertyName.TIMER_DELAY_SEC, delay],
  [PropertyName.TIMER_DELAY_MS, delay],
  [PropertyName.TIMER_DELIVER_MS, delay],
  [PropertyName.TIMER_DEL_UNIQKEY, delay],
  [PropertyName.POP_CK, rewrite],
  [PropertyName.MSG_REGION, rewrite],
  [PropertyName.TRACE_ON, rewrite],
  [PropertyName.CLUSTER, rewrite],
];

// By the length of the name: that alone tells most names of applications apart, without cutting them out of the text.
const marksByLength: readonly (readonly (readonly [name: string, mark: Mark])[])[] = Array.from({ length: 20 }, (_, length) =>
  marksByName.filter(([name]) => name.length === length),
);

function note(marks: Marks, text: string, { at, nameEnd, end }: { at: number; nameEnd: number; end: number }): void {
  const candidates = marksByLength[nameEnd - at];
  if (candidates === undefined) return;
  for (const [name, mark] of candidates) {
    if (!text.startsWith(name, at)) continue;
    mark(marks, text.slice(nameEnd + 1, end));
    return;
  }
}
