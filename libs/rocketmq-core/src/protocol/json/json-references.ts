import { JsonObject, type JsonValue } from './json-value.js';

// fastjson 1 writes a second occurrence of the same instance as {"$ref":"$.path.to[0].first"}.

/** Each reference makes its target be decoded once more, so only a few are followed. */
const REFERENCES_MAX = 16;

const pathOf = (value: JsonValue) => (value instanceof JsonObject && value.entries.size === 1 ? value.get('$ref') : undefined);

/** The value with references followed that lead from the root to something; all others stay as they are. */
export function followReferences(root: JsonValue): JsonValue {
  let left = REFERENCES_MAX;
  const follow = (value: JsonValue): JsonValue => {
    const path = pathOf(value);
    if (typeof path === 'string' && left > 0) {
      left -= 1;
      // The target as it was written: a reference inside it is not followed again, so nothing can become endless.
      return targetOf(root, path) ?? value;
    }
    if (value instanceof JsonObject) return new JsonObject(new Map(Array.from(value.entries, ([key, item]) => [key, follow(item)])));
    return Array.isArray(value) ? (value as readonly JsonValue[]).map(follow) : value;
  };
  return follow(root);
}

function targetOf(root: JsonValue, path: string): JsonValue | undefined {
  if (!path.startsWith('$')) return undefined;
  let target: JsonValue | undefined = root;
  for (const [, escaped, index] of path.slice(1).matchAll(/\.((?:\\.|[^.[\]\\])+)|\[(\d+)\]/g)) {
    const name = escaped?.replace(/\\(.)/g, '$1');
    if (target instanceof JsonObject && name !== undefined) target = target.get(name) ?? target.entries.get(Number(name));
    else if (Array.isArray(target) && index !== undefined) target = (target as readonly JsonValue[])[Number(index)];
    else return undefined;
  }
  return target === root ? undefined : target;
}
