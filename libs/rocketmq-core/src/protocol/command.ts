import { assert, RequestRejected, SAFE_MAX, SAFE_MIN, saturate } from '../base/index.js';
import { quoted } from './json-quote.js';
import { writeNumber, writePlainText } from './plain-bytes.js';
import { ResponseCode } from './response-codes.js';
import { ScannedExt } from './scanned-ext.js';

/** How one value is written in extFields. `parse` throws RequestRejected, which becomes the response. */
export interface Kind<T> {
  parse(text: string, field: string): T;
  print(value: T): string;
  /** The value from its bytes, without a text being made; undefined when `parse` has to decide. */
  readonly scan?: (bytes: Buffer, from: number, to: number) => T | undefined;
  /** What `print` gives, as bytes; NO_ROOM when it does not fit or JSON needs an escape for it. */
  write(target: Buffer, at: number, value: T): number;
}

/** Digits that a double holds whatever they are. */
const EXACT_DIGITS = 15;

function scanInteger(bytes: Buffer, from: number, to: number): number | undefined {
  if (to === from || to - from > EXACT_DIGITS) return undefined;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

function scanInt(bytes: Buffer, from: number, to: number): number | undefined {
  const value = scanInteger(bytes, from, to);
  return value !== undefined && value <= 2 ** 31 - 1 ? value : undefined;
}

/** `true` and `false`, as Java writes them. */
function scanBoolean(bytes: Buffer, from: number, to: number): boolean | undefined {
  if (to - from === 4 && bytes.readUInt32BE(from) === 0x74727565) return true;
  return to - from === 5 && bytes.readUInt32BE(from + 1) === 0x616c7365 && bytes[from] === 0x66 ? false : undefined;
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

export const string: Kind<string> = { parse: (text) => text, print: (value) => value, write: writePlainText };
export const boolean: Kind<boolean> = {
  parse: (text) => text.toLowerCase() === 'true',
  print: String,
  scan: scanBoolean,
  write: (target, at, value) => writePlainText(target, at, String(value)),
};
export const int: Kind<number> = {
  parse: (text, field) => within(text, field, [-(2 ** 31), 2 ** 31 - 1]),
  print: String,
  scan: scanInt,
  write: writeNumber,
};
/** A position: refused when a double cannot hold it exactly. */
export const offset: Kind<number> = {
  parse: (text, field) => within(text, field, [SAFE_MIN, SAFE_MAX]),
  print: String,
  scan: scanInteger,
  write: writeNumber,
};
/**
 * A number that names a broker: refused like a position.
 * @alias
 */
export const id = offset;
/** A time or a limit: saturated, because Java sends Long.MAX_VALUE and means "no end". */
export const limit: Kind<number> = {
  parse: (text, field) => saturate(integer(text, field)),
  print: String,
  scan: scanInteger,
  write: writeNumber,
};
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

/** A field as coding goes through it. */
interface FieldRow {
  readonly name: string;
  readonly wireName: string;
  /** What stands before the value in JSON: `"name":"`. */
  readonly openingBytes: Buffer;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly field: Field<any>;
}
type FieldRows = readonly FieldRow[];

export interface Command<Q extends Fields = Fields, R extends Fields = Fields> {
  readonly code: number;
  readonly name: string;
  readonly access: Access;
  readonly naming: Naming;
  readonly request: Q;
  readonly response: R;
  /** Reads what `requestRows` would, faster; undefined when it cannot. */
  readonly readRequest: ((ext: ScannedExt) => Received<Q> | undefined) | undefined;
  readonly requestRows: FieldRows;
  readonly responseRows: FieldRows;
}

export function defineCommand<const Q extends Fields, const R extends Fields>(row: {
  code: number;
  name: string;
  access: Access;
  naming?: Naming;
  request: Q;
  response: R;
  readRequest?: (ext: ScannedExt) => Received<NoInfer<Q>> | undefined;
}): Command<Q, R> {
  const { naming = 'long', request, response, readRequest } = row;
  return { ...row, naming, readRequest, requestRows: rowsOf(request, naming), responseRows: rowsOf(response, 'long') };
}

function rowsOf(fields: Fields, naming: Naming): FieldRow[] {
  return Object.entries(fields).map(([name, field]) => {
    const wireName = (naming === 'short' && field.short) || name;
    return { name, wireName, openingBytes: Buffer.from(`${quoted(wireName)}:"`), field };
  });
}

function decodeRows(rows: FieldRows, ext: ReadonlyMap<string, string> | undefined): Record<string, unknown> {
  const header: Record<string, unknown> = {};
  if (ext === undefined) return header;
  if (ext instanceof ScannedExt && ext.hasMarks) return decodeScanned(rows, ext, header);
  for (const { name, wireName, field } of rows) {
    const text = ext.get(wireName);
    if (text !== undefined) header[name] = field.kind.parse(text, name) as unknown;
  }
  return header;
}

function decodeScanned(rows: FieldRows, ext: ScannedExt, header: Record<string, unknown>): Record<string, unknown> {
  for (const { name, wireName, field } of rows) {
    const mark = ext.find(wireName);
    if (mark < 0) continue;
    header[name] = scannedValue(field.kind as Kind<unknown>, name, ext, mark);
  }
  return header;
}

/** @throws RequestRejected when the field is malformed */
export function scannedValue<T>(kind: Kind<T>, name: string, ext: ScannedExt, mark: number): T {
  return (kind.scan && ext.bytesAt(mark, kind.scan)) ?? kind.parse(ext.textAt(mark), name);
}

/** @throws RequestRejected when a field is malformed */
export function decodeRequest<C extends Command>(command: C, ext: ReadonlyMap<string, string> | undefined): Received<C['request']> {
  const read = ext instanceof ScannedExt && ext.hasMarks ? command.readRequest?.(ext) : undefined;
  return (read ?? decodeRows(command.requestRows, ext)) as Received<C['request']>;
}

/** @throws RequestRejected when a field is malformed */
export function decodeAnswer<C extends Command>(command: C, ext: ReadonlyMap<string, string> | undefined): Received<C['response']> {
  return decodeRows(command.responseRows, ext) as Received<C['response']>;
}

export function decodeFields<F extends Fields>(
  fields: F,
  ext: ReadonlyMap<string, string> | undefined,
  naming: Naming = 'long',
): Received<F> {
  return decodeRows(rowsOf(fields, naming), ext) as Received<F>;
}

type Values = Readonly<Record<string, unknown>>;

function encodeRows(rows: FieldRows, values: Values): Map<string, string> {
  const ext = new Map<string, string>();
  for (const { name, wireName, field } of rows) {
    const value = values[name];
    if (value !== undefined) ext.set(wireName, field.kind.print(value));
    else assert(field.optional, `required header field ${name} was not given`);
  }
  return ext;
}

export function encodeRequest<C extends Command>(command: C, header: HeaderOf<C['request']>): Map<string, string> {
  return encodeRows(command.requestRows, header);
}

export function encodeAnswer<C extends Command>(command: C, header: HeaderOf<C['response']>): Map<string, string> {
  return encodeRows(command.responseRows, header);
}

export function encodeFields<F extends Fields>(fields: F, header: HeaderOf<F>, naming: Naming = 'long'): Map<string, string> {
  return encodeRows(rowsOf(fields, naming), header);
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
