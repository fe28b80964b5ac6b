import { assert, RequestRejected, SAFE_MAX, SAFE_MIN, saturate } from '../base/index.js';
import { ResponseCode } from './response-codes.js';

/** How one value is written in extFields. `parse` throws RequestRejected, which becomes the response. */
export interface Kind<T> {
  parse(text: string, field: string): T;
  print(value: T): string;
}

function integer(text: string, field: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `header field ${field} is not a whole number`);
  return Number(text);
}

function within(text: string, field: string, range: readonly [number, number]): number {
  const value = integer(text, field);
  if (value < range[0] || value > range[1]) throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `header field ${field} is out of range`);
  return value;
}

export const string: Kind<string> = { parse: (text) => text, print: (value) => value };
export const boolean: Kind<boolean> = { parse: (text) => text.toLowerCase() === 'true', print: String };
export const int: Kind<number> = { parse: (text, field) => within(text, field, [-(2 ** 31), 2 ** 31 - 1]), print: String };
/** A position: refused when a double cannot hold it exactly. */
export const offset: Kind<number> = { parse: (text, field) => within(text, field, [SAFE_MIN, SAFE_MAX]), print: String };
/**
 * A number that names a broker: refused like a position.
 * @alias
 */
export const id = offset;
/** A time or a limit: saturated, because Java sends Long.MAX_VALUE and means "no end". */
export const limit: Kind<number> = { parse: (text, field) => saturate(integer(text, field)), print: String };
/** @alias */
export const time = limit;

export interface Field<T> {
  readonly kind: Kind<T>;
  /** Whether our encoder may leave it out. A decoder accepts that any field is missing: peers leave fields out. */
  readonly optional: boolean;
  /** The one-letter name of SEND_MESSAGE_V2. */
  readonly short?: string;
}

export const required = <T>(kind: Kind<T>, short?: string) => ({ kind, optional: false as const, short });
export const optional = <T>(kind: Kind<T>, short?: string) => ({ kind, optional: true as const, short });

// Rows hold fields of mixed value types; HeaderOf and Received recover them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Fields = Readonly<Record<string, Field<any>>>;
type ValueOf<F> = F extends { readonly kind: Kind<infer T> } ? T : never;
type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]['optional'] extends true ? K : never }[keyof F];

/** What we write: required fields must be there. */
export type HeaderOf<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: ValueOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: ValueOf<F[K]>;
};
/** What a peer sent: anything may be missing. */
export type Received<F extends Fields> = { readonly [K in keyof F]?: ValueOf<F[K]> };

/** Who may issue a request once access control is on. */
export type Access = 'pub' | 'sub' | 'admin' | 'any';
type Naming = 'long' | 'short';

export interface Command<Q extends Fields = Fields, R extends Fields = Fields> {
  readonly code: number;
  readonly name: string;
  readonly access: Access;
  readonly naming: Naming;
  readonly request: Q;
  readonly response: R;
}

export function defineCommand<const Q extends Fields, const R extends Fields>(row: {
  code: number;
  name: string;
  access: Access;
  naming?: Naming;
  request: Q;
  response: R;
}): Command<Q, R> {
  return { naming: 'long', ...row };
}

const wireName = (naming: Naming, name: string, field: Field<unknown>) => (naming === 'short' && field.short) || name;

export function decodeFields<F extends Fields>(
  fields: F,
  ext: ReadonlyMap<string, string> | undefined,
  naming: Naming = 'long',
): Received<F> {
  const header: Record<string, unknown> = {};
  if (ext === undefined) return header as Received<F>;
  for (const name in fields) {
    const field = fields[name];
    if (field === undefined) continue;
    const text = ext.get(wireName(naming, name, field));
    if (text !== undefined) header[name] = field.kind.parse(text, name) as unknown;
  }
  return header as Received<F>;
}

export function encodeFields<F extends Fields>(fields: F, header: HeaderOf<F>, naming: Naming = 'long'): Map<string, string> {
  const ext = new Map<string, string>();
  const values = header as Readonly<Record<string, unknown>>;
  for (const name in fields) {
    const field = fields[name];
    if (field === undefined) continue;
    const value = values[name];
    if (value !== undefined) ext.set(wireName(naming, name, field), field.kind.print(value));
    else assert(field.optional, `required header field ${name} was not given`);
  }
  return ext;
}

/**
 * For a handler that cannot do without a field.
 * @throws RequestRejected with SYSTEM_ERROR that names the field
 */
export function need<H extends object, K extends keyof H & string>(header: H, name: K): Exclude<H[K], undefined> {
  const value = header[name];
  if (value === undefined) throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `missing header field ${name}`);
  return value as Exclude<H[K], undefined>;
}
