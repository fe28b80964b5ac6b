import { ProtocolViolation, SAFE_MAX, SAFE_MIN } from '../../base/index.js';
import { readJson } from '../json/json-reader.js';
import { JsonObject, type JsonKey, type JsonValue } from '../json/json-value.js';
import { type JsonWriter, quoted, writeJson } from '../json/json-writer.js';
import type { MessageQueue } from '../message/message.js';

/** How one value stands in a body. */
export interface BodyKind<T> {
  /** For tools and tests that walk over bodies. */
  readonly type: string;
  /** The kind of the items of a collection. */
  readonly item?: BodyKind<unknown>;
  /** The names of an enumeration in the order of its ordinals. */
  readonly names?: readonly string[];
  /** @returns undefined where Java would read null. @throws ProtocolViolation for a value of another type */
  read(json: JsonValue, field: string): T | undefined;
  write(value: T, out: JsonWriter): void;
}

const refusal = (json: JsonValue, field: string, wanted: string) => {
  const found = writeJson(json).slice(0, 40);
  return new ProtocolViolation(`field ${field}: ${found} is no ${wanted}`);
};

/** As fastjson casts: texts of digits count, fractions are cut, an empty text is nothing. */
function wholeNumber(json: JsonValue, field: string): number | bigint | undefined {
  if (typeof json === 'number') return Math.trunc(json);
  if (typeof json === 'bigint') return json;
  if (typeof json === 'boolean') return json ? 1 : 0;
  if (json === null || json === '' || json === 'null') return undefined;
  if (typeof json !== 'string' || !/^[+-]?\d{1,20}$/.test(json)) throw refusal(json, field, 'whole number');
  const value = Number(json);
  return Number.isSafeInteger(value) ? value : BigInt(json.replace('+', ''));
}

const saturated = (value: number | bigint) =>
  typeof value === 'number' ? Math.min(Math.max(value, SAFE_MIN), SAFE_MAX) : value > 0n ? SAFE_MAX : SAFE_MIN;

const writeInteger = (value: number | bigint, out: JsonWriter) => out.integer(value);

export const int: BodyKind<number> = {
  type: 'int',
  read(json, field) {
    const value = wholeNumber(json, field);
    if (value === undefined) return undefined;
    if (typeof value === 'bigint' || value !== (value | 0)) throw refusal(json, field, 'int32');
    return value;
  },
  write: writeInteger,
};

/** A time, a count or a limit: saturated. */
export const long: BodyKind<number> = {
  type: 'long',
  read(json, field) {
    const value = wholeNumber(json, field);
    return value === undefined ? undefined : saturated(value);
  },
  write: writeInteger,
};

/** A position: refused when a double cannot hold it exactly. */
export const offset: BodyKind<number> = {
  type: 'offset',
  read(json, field) {
    const value = wholeNumber(json, field);
    if (typeof value === 'bigint') throw refusal(json, field, 'safe offset');
    return value;
  },
  write: writeInteger,
};

/** All 64 bits: consume queues hold addresses that no double can. */
export const int64: BodyKind<bigint> = {
  type: 'int64',
  read(json, field) {
    const value = wholeNumber(json, field);
    return value === undefined ? undefined : BigInt.asIntN(64, BigInt(value));
  },
  write: writeInteger,
};

export const double: BodyKind<number> = {
  type: 'double',
  read(json, field) {
    if (json === null || json === '') return undefined;
    const value = typeof json === 'string' || typeof json === 'number' || typeof json === 'bigint' ? Number(json) : NaN;
    if (Number.isNaN(value)) throw refusal(json, field, 'number');
    return value;
  },
  write: (value, out) => out.double(value),
};

const booleanTexts: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'y', 't', 'yes'].map((text) => [text, true] as const),
  ...['false', '0', 'n', 'f', 'no'].map((text) => [text, false] as const),
]);

export const boolean: BodyKind<boolean> = {
  type: 'boolean',
  read(json, field) {
    if (typeof json === 'boolean') return json;
    if (json === null || json === '' || json === 'null') return undefined;
    if (typeof json === 'number') return json !== 0;
    const value = typeof json === 'string' ? booleanTexts.get(json.toLowerCase()) : undefined;
    if (value === undefined) throw refusal(json, field, 'boolean');
    return value;
  },
  write: (value, out) => out.word(value),
};

export const string: BodyKind<string> = {
  type: 'string',
  read(json) {
    if (typeof json === 'string') return json;
    return json === null ? undefined : writeJson(json);
  },
  write: (value, out) => out.string(value),
};

/** Base64 in the text. */
export const bytes: BodyKind<Buffer> = {
  type: 'bytes',
  read: (json, field) => {
    if (json === null) return undefined;
    if (typeof json !== 'string') throw refusal(json, field, 'base64 text');
    return Buffer.from(json, 'base64');
  },
  write: (value, out) => out.string(value.toString('base64')),
};

/** @param names in the order of Java's ordinals. Unknown ones read as undefined, as Java reads null. */
export function enumeration<const N extends string>(names: readonly N[]): BodyKind<N> {
  return {
    type: 'enumeration',
    names,
    read(json) {
      const name = typeof json === 'number' ? names[json] : json;
      return names.find((one) => one === name);
    },
    write: (value, out) => out.string(value),
  };
}

/** Nulls among the items are left out. A single value counts as a list of one, as fastjson reads it. */
export function list<T>(item: BodyKind<T>): BodyKind<readonly T[]> {
  return {
    type: 'list',
    item,
    read(json, field) {
      if (json === null || json === '') return undefined;
      const items: T[] = [];
      for (const one of Array.isArray(json) ? (json as readonly JsonValue[]) : [json]) {
        const value = item.read(one, field);
        if (value !== undefined) items.push(value);
      }
      return items;
    },
    write(values, out) {
      out.open('[');
      for (const value of values) {
        out.next();
        item.write(value, out);
      }
      out.close(']');
    },
  };
}

/** An array of Java primitives: on one line even in a file that has a line for each item of a list. */
export function array<T>(item: BodyKind<T>): BodyKind<readonly T[]> {
  const items = list(item);
  return { ...items, write: (values, out) => out.inline(() => items.write(values, out)) };
}

function entriesOf<K, T>(json: JsonValue, field: string, item: BodyKind<T>, keyOf: (key: JsonKey) => K | undefined): [K, T][] | undefined {
  if (json === null || json === '') return undefined;
  if (!(json instanceof JsonObject)) throw refusal(json, field, 'map');
  const entries: [K, T][] = [];
  for (const [key, one] of json.entries) {
    const name = keyOf(key);
    const value = name === undefined ? undefined : item.read(one, field);
    if (name !== undefined && value !== undefined) entries.push([name, value]);
  }
  return entries;
}

/** A map with names as keys. */
export function map<T>(item: BodyKind<T>): BodyKind<ReadonlyMap<string, T>> {
  return {
    type: 'map',
    item,
    read(json, field) {
      const entries = entriesOf(json, field, item, (key) => (key instanceof JsonObject ? undefined : String(key)));
      return entries && new Map(entries);
    },
    write(values, out) {
      out.open('{');
      for (const [key, value] of values) {
        out.name(`${quoted(key)}:`);
        item.write(value, out);
      }
      out.close('}');
    },
  };
}

/** A map with whole numbers as keys: written without quotes unless the style says otherwise, read both ways. */
export function intMap<T>(item: BodyKind<T>): BodyKind<ReadonlyMap<number, T>> {
  const keyOf = (key: JsonKey, field: string) => {
    const value = key instanceof JsonObject ? undefined : wholeNumber(key, field);
    if (typeof value !== 'number') throw new ProtocolViolation(`field ${field}: a key is no whole number`);
    return value;
  };
  return {
    type: 'intMap',
    item,
    read(json, field) {
      const entries = entriesOf(json, field, item, (key) => keyOf(key, field));
      return entries && new Map(entries);
    },
    write(values, out) {
      out.open('{');
      for (const [key, value] of values) {
        out.numberKey(key);
        item.write(value, out);
      }
      out.close('}');
    },
  };
}

export const messageQueue: BodyKind<MessageQueue> = {
  type: 'messageQueue',
  read(json, field) {
    if (json === null) return undefined;
    if (!(json instanceof JsonObject)) throw refusal(json, field, 'message queue');
    const part = (name: string) => json.get(name) ?? null;
    return {
      topic: string.read(part('topic'), field) ?? '',
      brokerName: string.read(part('brokerName'), field) ?? '',
      queueId: int.read(part('queueId'), field) ?? 0,
    };
  },
  write({ brokerName, queueId, topic }, out) {
    out.open('{');
    out.name('"brokerName":');
    out.string(brokerName);
    out.name('"queueId":');
    out.integer(queueId);
    out.name('"topic":');
    out.string(topic);
    out.close('}');
  },
};

/** Entries of a map whose keys are queues; equal queues are equal by value, so no Map would find them. */
export type QueueEntries<T> = readonly (readonly [MessageQueue, T])[];

const keyTextLimits = { sizeMax: 4096, depthMax: 4, keysMax: 16 };

/** The key as an object or, from fastjson 1, as a text that holds one. A `$ref` in its place leads nowhere: that entry is left out. */
function queueOf(key: JsonKey, field: string): MessageQueue | undefined {
  const json = typeof key === 'string' && key.startsWith('{') ? readJson(key, keyTextLimits) : key;
  if (json === '$ref' || (json instanceof JsonObject && json.entries.has('$ref'))) return undefined;
  return messageQueue.read(json, field);
}

/** A map with a queue as the key of each entry. */
export function queueMap<T>(item: BodyKind<T>): BodyKind<QueueEntries<T>> {
  return {
    type: 'queueMap',
    item,
    read: (json, field) => entriesOf(json, field, item, (key) => queueOf(key, field)),
    write(values, out) {
      out.open('{');
      for (const [queue, value] of values) {
        out.next();
        messageQueue.write(queue, out);
        out.colon();
        item.write(value, out);
      }
      out.close('}');
    },
  };
}
