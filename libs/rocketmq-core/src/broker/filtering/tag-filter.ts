import { javaHashCode, type SubscriptionData } from '../../protocol/index.js';

const ALL_TAGS = '*';

/** Tells by the tags code of a consume-queue entry whether a message is wanted. Undefined: every message is. */
export type TagFilter = ((tagsCode: bigint) => boolean) | undefined;

/** Absent, empty or TAG: the expression names tags. As Java: ExpressionType.isTagType. */
export const isTagExpression = (expressionType: string | undefined): boolean =>
  expressionType === undefined || expressionType === '' || expressionType === 'TAG';

/**
 * `A || B`, `*` or nothing. As Java: FilterAPI.build.
 * @returns undefined when the expression consists of separators only
 */
function tagsOf(expression: string): string[] | undefined {
  if (expression === '' || expression === ALL_TAGS) return [];
  const parts = expression.split('||');
  if (parts.every((part) => part === '')) return undefined;
  return parts.map((part) => part.trim()).filter((tag) => tag !== '');
}

/** Hash codes collide; the client compares the text again. */
function filterByCodes(codes: Iterable<number>): TagFilter {
  const wanted = new Set(codes);
  return (tagsCode) => wanted.has(Number(BigInt.asIntN(32, tagsCode)));
}

export function filterOf(subscription: Pick<SubscriptionData, 'subString' | 'classFilterMode' | 'codeSet'>): TagFilter {
  if (subscription.classFilterMode || subscription.subString === ALL_TAGS) return undefined;
  return filterByCodes(subscription.codeSet);
}

/**
 * The subscription that a pull carries in its own header.
 * @returns undefined when the expression cannot be read
 */
export function subscriptionOf(topic: string, expression: string, expressionType: string | undefined): SubscriptionData | undefined {
  const tags = isTagExpression(expressionType) ? tagsOf(expression) : [];
  if (tags === undefined || (expression === '' && !isTagExpression(expressionType))) return undefined;
  return {
    topic,
    subString: expression === '' ? ALL_TAGS : expression,
    tagsSet: tags,
    codeSet: tags.map(javaHashCode),
    subVersion: 0,
    expressionType: expressionType === undefined || expressionType === '' ? 'TAG' : expressionType,
    classFilterMode: false,
  };
}
