import { javaHashCode, PropertyName, propertyOf, SCHEDULE_TOPIC } from '../../protocol/index.js';

/**
 * What the consume queue entry of a record holds besides its place: the hash of the tags, or, in the topic of delayed messages, when to deliver.
 * As Java: CommitLog.checkMessageAndReturnSize.
 */
export function queueTagsCode(
  record: { readonly topic: string; readonly properties: string; readonly storeTimestamp: number },
  delays: readonly number[],
): number {
  if (record.topic === SCHEDULE_TOPIC) {
    const level = Math.min(Number(propertyOf(record.properties, PropertyName.DELAY) ?? 0), delays.length);
    const delayMs = delays[level - 1];
    if (delayMs !== undefined) return record.storeTimestamp + delayMs;
  }
  const tags = record.properties === '' ? undefined : propertyOf(record.properties, PropertyName.TAGS);
  return tags === undefined ? 0 : javaHashCode(tags);
}
