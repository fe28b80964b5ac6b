import { ProtocolViolation } from '../../base/index.js';
import { type JsonLimits, readJson } from '../json/json-reader.js';
import { followReferences } from '../json/json-references.js';
import { JsonObject, type JsonValue } from '../json/json-value.js';
import { type JsonStyle, JsonWriter } from '../json/json-writer.js';
import type { BodyKind } from './body-kinds.js';

/** One field of a body, with what Java's class has in it when nothing was set. */
export interface BodyField<T> {
  readonly kind: BodyKind<T>;
  /** Whether it is always written. */
  readonly always: boolean;
  readonly fallback: T | undefined;
  /** A second name that is read, never written. */
  readonly alias?: string;
}

export interface DefaultedField<T> extends BodyField<T> {
  readonly always: true;
  readonly fallback: T;
}

/** Always written; `fallback` stands in when a peer leaves it out. */
export const always = <T>(kind: BodyKind<T>, fallback: NoInfer<T>, alias?: string): DefaultedField<T> => ({
  kind,
  always: true,
  fallback,
  alias,
});
/** Null in Java until set: left out when undefined. */
export const maybe = <T>(kind: BodyKind<T>, alias?: string): BodyField<T> => ({ kind, always: false, fallback: undefined, alias });

// Rows hold fields of mixed value types; BodyOf recovers them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type BodyFields = Readonly<Record<string, BodyField<any>>>;
type ValueOf<F> = F extends { readonly kind: BodyKind<infer T> } ? T : never;
type AlwaysKeys<F extends BodyFields> = { [K in keyof F]: F[K] extends { readonly always: true } ? K : never }[keyof F];

export type Fielded<F extends BodyFields> = { readonly [K in AlwaysKeys<F>]: ValueOf<F[K]> } & {
  readonly [K in Exclude<keyof F, AlwaysKeys<F>>]?: ValueOf<F[K]>;
};

export interface ObjectKind<F extends BodyFields> extends BodyKind<Fielded<F>> {
  readonly type: 'object';
  readonly fields: F;
}

interface FieldRow {
  readonly name: string;
  readonly quoted: string;
  readonly field: BodyField<unknown>;
}

/** An object whose fields are written in alphabetical order, as fastjson writes them. Unknown fields are skipped when read. */
function object<const F extends BodyFields>(fields: F): ObjectKind<F> {
  const names = Object.keys(fields).sort();
  const rows = names.map((name): FieldRow => ({ name, quoted: `${JSON.stringify(name)}:`, field: fields[name] as BodyField<unknown> }));
  return {
    type: 'object',
    fields,
    read(json, at) {
      if (json === null || json === '') return undefined;
      if (!(json instanceof JsonObject)) throw new ProtocolViolation(`field ${at} is no object`);
      return readFields(rows, json) as Fielded<F>;
    },
    write(value, out) {
      out.open('{');
      for (const { name, quoted, field } of rows) {
        const one = (value as Readonly<Record<string, unknown>>)[name];
        if (one === undefined) continue;
        out.name(quoted);
        field.kind.write(one, out);
      }
      out.close('}');
    },
  };
}

function readFields(rows: readonly FieldRow[], json: JsonObject): Record<string, unknown> {
  // Filled from our own rows, never from the keys of the text.
  const value: Record<string, unknown> = {};
  for (const { name, field } of rows) {
    const present = json.get(name) ?? (field.alias === undefined ? undefined : json.get(field.alias));
    const one = present === undefined ? field.fallback : (field.kind.read(present, name) ?? field.fallback);
    if (one !== undefined) value[name] = one;
  }
  return value;
}

/** A body: its rows, and the pair of functions that they give. */
export interface Body<T> {
  /** As Java's class. */
  readonly name: string;
  readonly kind: BodyKind<T>;
  readonly encode: (value: T, style?: JsonStyle) => Buffer;
  /** @throws ProtocolViolation when there is no body or it cannot be one of this kind */
  readonly decode: (source: Buffer | string | undefined, limits?: Partial<JsonLimits>) => T;
}

export type BodyOf<B> = B extends { readonly kind: BodyKind<infer T> } ? T : never;

/** For a body that is no object; see `defineBody`. */
export function bodyOf<T>(name: string, kind: BodyKind<T>, traits: { references?: boolean } = {}): Body<T> {
  return {
    name,
    kind,
    encode(value, style) {
      const out = new JsonWriter(style);
      kind.write(value, out);
      return Buffer.from(out.finish());
    },
    decode(source, limits) {
      if (source === undefined || source.length === 0) throw new ProtocolViolation(`no body where ${name} is expected`);
      const json: JsonValue = readJson(source, limits);
      const value = kind.read(traits.references === true ? followReferences(json) : json, name);
      if (value === undefined) throw new ProtocolViolation(`null where ${name} is expected`);
      return value;
    },
  };
}

/** @param traits references: follow the `$ref` that fastjson 1 writes into this body */
export function defineBody<const F extends BodyFields>(name: string, fields: F, traits: { references?: boolean } = {}): Body<Fielded<F>> {
  return bodyOf(name, object(fields), traits);
}
