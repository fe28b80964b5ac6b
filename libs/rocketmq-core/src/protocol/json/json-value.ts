// JSON as fastjson writes and reads it: keys may be whole numbers without quotes, or objects (a MessageQueue as the key of a map).

export type JsonKey = string | number | bigint | JsonObject;
/** Whole numbers beyond the safe range are bigints: each field decides whether to refuse or saturate. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/** A Map and never a plain object: the keys come from peers. Keys keep their order; of equal ones the last value stays. */
export class JsonObject {
  constructor(readonly entries: ReadonlyMap<JsonKey, JsonValue> = new Map()) {}

  get(name: string): JsonValue | undefined {
    return this.entries.get(name);
  }
}
