import { RequestRejected } from '../../base/index.js';
import { ResponseCode } from '../../protocol/index.js';

interface Attribute {
  /** Whether it may be set after the topic or group was created. */
  readonly changeable: boolean;
  accepts(value: string): boolean;
}

export type AttributeTable = ReadonlyMap<string, Attribute>;

const oneOf = (values: readonly string[], changeable: boolean): Attribute => ({ changeable, accepts: (value) => values.includes(value) });
const anyText: Attribute = { changeable: true, accepts: () => true };

// Java's upper bound is Long.MAX_VALUE where a number has no other; the text is kept as it came.
function between(min: bigint, max: bigint = 2n ** 63n - 1n): Attribute {
  const accepts = (value: string) => /^[+-]?\d{1,20}$/.test(value) && BigInt(value) >= min && BigInt(value) <= max;
  return { changeable: true, accepts };
}

/** As Java: TopicAttributes. */
export const topicAttributes: AttributeTable = new Map([
  ['queue.type', oneOf(['BatchCQ', 'SimpleCQ'], false)],
  ['cleanup.policy', oneOf(['DELETE', 'COMPACTION'], false)],
  ['message.type', oneOf(['UNSPECIFIED', 'NORMAL', 'FIFO', 'DELAY', 'TRANSACTION', 'PRIORITY', 'LITE', 'MIXED'], true)],
  ['reserve.time', between(-1n)],
  ['lite.topic.expiration', between(-1n, 43_200n)],
]);

/** As Java: SubscriptionGroupAttributes. */
export const groupAttributes: AttributeTable = new Map([
  ['priority.factor', between(0n, 100n)],
  ['lite.bind.topic', anyText],
  ['lite.sub.model', oneOf(['Shared', 'Exclusive'], true)],
  ['lite.sub.reset.offset.exclusive', oneOf(['true', 'false'], true)],
  ['lite.sub.reset.offset.unsubscribe', oneOf(['true', 'false'], true)],
  ['lite.sub.client.quota', between(-1n)],
  ['lite.sub.client.max.event.cnt', between(10n)],
  ['lite.sub.wildcard', anyText],
]);

function refuse(reason: string): never {
  throw new RequestRejected(ResponseCode.SYSTEM_ERROR, reason);
}

/**
 * `+key=value,-key` as a map whose keys keep their sign. As Java: AttributeParser.parseToMap.
 * @throws RequestRejected SYSTEM_ERROR when the text has another form
 */
export function parseAlterations(text: string | undefined): Map<string, string> {
  const alterations = new Map<string, string>();
  for (const item of text === undefined || text === '' ? [] : text.split(',')) {
    const [key = '', value = '', ...rest] = item.split('=');
    const wellFormed = item.includes('=') ? key.startsWith('+') && value !== '' && rest.length === 0 : key.startsWith('-');
    if (!wellFormed) refuse(`attribute alteration ${JSON.stringify(item)} is neither +key=value nor -key`);
    if (alterations.has(key)) refuse(`attribute ${key} is given twice`);
    alterations.set(key, value);
  }
  return alterations;
}

/**
 * The attributes after the alterations; attributes we do not know but that were stored stay. As Java: AttributeUtil.alterCurrentAttributes.
 * @param current undefined when the topic or group is being created
 * @throws RequestRejected SYSTEM_ERROR when an alteration is not allowed
 */
export function alterAttributes(
  known: AttributeTable,
  current: ReadonlyMap<string, string> | undefined,
  alterations: ReadonlyMap<string, string>,
): Map<string, string> {
  const result = new Map(current);
  for (const [signed, value] of alterations) {
    const key = signed.slice(1);
    const adds = signed.startsWith('+');
    if (!adds && (current === undefined || !signed.startsWith('-'))) refuse(`attribute ${signed} must begin with +`);
    const attribute = known.get(key);
    if (attribute === undefined) refuse(`attribute ${key} is not known`);
    if (current !== undefined && !attribute.changeable) refuse(`attribute ${key} cannot be changed`);
    if (!adds) {
      if (!result.delete(key)) refuse(`attribute ${key} is not set`);
    } else if (attribute.accepts(value)) result.set(key, value);
    else refuse(`attribute ${key} does not accept ${JSON.stringify(value)}`);
  }
  return result;
}
