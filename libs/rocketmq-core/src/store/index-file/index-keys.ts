import { javaHashCode, javaHashOn, PropertyName, propertyOf, transactionType } from '../../protocol/index.js';

/** What a key is: the unique id of a message, one of its keys, or its tags. As Java: MessageConst.INDEX_*_TYPE. */
export type IndexType = 'unique' | 'key' | 'tag';

const KEY_SEPARATOR = ' ';
const TAG_MARK = 'T#';
const NAME_END = '\u0001';
const VALUE_END = '\u0002';
const UNIQ_KEY_ITEM = `${PropertyName.UNIQ_KEY}${NAME_END}`;
const KEYS_ITEM = `${PropertyName.KEYS}${NAME_END}`;
const TAGS_ITEM = `${PropertyName.TAGS}${NAME_END}`;
const CODE_U = UNIQ_KEY_ITEM.charCodeAt(0);
const CODE_K = KEYS_ITEM.charCodeAt(0);
const CODE_T = TAGS_ITEM.charCodeAt(0);

/** As Java: IndexFile.indexKeyHashMethod. */
function positiveHash(hash: number): number {
  return hash === -0x80000000 ? 0 : Math.abs(hash);
}

/** The hash that an entry holds. As Java: IndexService.buildKey. */
export function indexHash(topic: string, key: string, type: IndexType): number {
  return positiveHash(javaHashCode(`${topic}#${type === 'tag' ? TAG_MARK : ''}${key}`));
}

/** Rolled-back transactions are not found by any key. */
export const isIndexed = ({ sysFlag }: { readonly sysFlag: number }): boolean => transactionType(sysFlag) !== 'rollback';

/**
 * Hashes of everything that a record can be found by: its id, its keys, its tags. As Java: IndexService.buildIndex (5.4 and later).
 *
 * Every append comes through here: the property text is walked once, and no part of it is cut out. The hash of a text is that of its beginning
 * gone on with, so that of the topic is kept from record to record.
 */
export class KeyHasher {
  private topic = '';
  private topicHash = 0;
  private readonly found: number[] = [];
  // Where the values of the walk lie: start and end, 0 without one.
  private readonly id = { start: 0, end: 0 };
  private readonly keys = { start: 0, end: 0 };
  private readonly tags = { start: 0, end: 0 };

  /**
   * @param properties the property text as stored
   * @returns good until the next call
   */
  hashes(topic: string, properties: string): readonly number[] {
    if (topic !== this.topic) {
      this.topic = topic;
      this.topicHash = javaHashCode(`${topic}#`);
    }
    this.walk(properties);
    const { id, keys, tags, topicHash } = this;
    this.found.length = 0;
    if (id.end > 0) this.add(javaHashOn(topicHash, properties, id.start, id.end));
    if (keys.end > 0) this.addKeys(properties);
    if (tags.end > 0) this.add(javaHashOn(javaHashOn(topicHash, TAG_MARK, 0, TAG_MARK.length), properties, tags.start, tags.end));
    return this.found;
  }

  private add(hash: number): void {
    this.found.push(positiveHash(hash));
  }

  private walk(text: string): void {
    this.id.end = this.keys.end = this.tags.end = 0;
    for (let at = 0; at < text.length;) {
      const found = text.indexOf(VALUE_END, at);
      const end = found < 0 ? text.length : found;
      const place = this.placeOf(text, at);
      const start = place === undefined ? 0 : text.indexOf(NAME_END, at) + 1;
      if (place !== undefined && start < end) {
        place.start = start;
        place.end = end;
      }
      at = end + 1;
    }
  }

  private placeOf(text: string, at: number): { start: number; end: number } | undefined {
    const first = text.charCodeAt(at);
    if (first === CODE_U) return text.startsWith(UNIQ_KEY_ITEM, at) ? this.id : undefined;
    if (first === CODE_K) return text.startsWith(KEYS_ITEM, at) ? this.keys : undefined;
    return first === CODE_T && text.startsWith(TAGS_ITEM, at) ? this.tags : undefined;
  }

  private addKeys(text: string): void {
    const { end } = this.keys;
    for (let at = this.keys.start; at < end;) {
      const blank = text.indexOf(KEY_SEPARATOR, at);
      const stop = blank < 0 || blank > end ? end : blank;
      if (stop > at) this.add(javaHashOn(this.topicHash, text, at, stop));
      at = stop + 1;
    }
  }
}

/** Whether a record is one that was asked for, and not one whose key has the same hash. */
export function hasIndexKey(
  record: { readonly topic: string; readonly properties: string },
  query: { topic: string; key: string; type: IndexType },
) {
  const { topic, key, type } = query;
  if (record.topic !== topic) return false;
  if (type === 'tag') return propertyOf(record.properties, PropertyName.TAGS) === key;
  // As in Java's index, ids and keys are one space: each is found by a query for the other.
  if (propertyOf(record.properties, PropertyName.UNIQ_KEY) === key) return true;
  return propertyOf(record.properties, PropertyName.KEYS)?.split(KEY_SEPARATOR).includes(key) === true;
}
