import type { JsonKey, JsonValue } from './json-value.js';
import { JsonObject } from './json-value.js';

export interface JsonStyle {
  /** One entry per line, tabs, no space behind the colon: Java's configuration files. */
  readonly pretty?: boolean;
  /** Quotes around whole-number keys: the only form that other JSON readers know. */
  readonly quotedKeys?: boolean;
}

/** As Java encodes a text to UTF-8: half a surrogate pair becomes a question mark. */
export function quoted(text: string): string {
  return JSON.stringify(text.replace(/\p{Surrogate}/gu, '?'));
}

/** Builds the text that fastjson would write. */
export class JsonWriter {
  private text = '';
  private depth = 0;
  private fresh = true;
  /** Depth from which on nothing gets a line of its own. */
  private inlineFrom = Infinity;

  constructor(private readonly style: JsonStyle = {}) {}

  open(bracket: '{' | '['): void {
    this.text += bracket;
    this.depth += 1;
    this.fresh = true;
  }

  close(bracket: '}' | ']'): void {
    if (!this.fresh) this.line(this.depth - 1);
    this.depth -= 1;
    this.text += bracket;
    this.fresh = false;
  }

  /** Java keeps an array of primitives on one line where a list of the same values gets one line each. */
  inline(write: () => void): void {
    const before = this.inlineFrom;
    this.inlineFrom = Math.min(before, this.depth);
    write();
    this.inlineFrom = before;
  }

  /** In front of each key of an object and each item of a list. */
  next(): void {
    if (!this.fresh) this.text += ',';
    this.fresh = false;
    this.line(this.depth);
  }

  /** @param text `"name":`, quoted and with its colon */
  name(text: string): void {
    this.next();
    this.text += text;
  }

  numberKey(key: number | bigint): void {
    this.next();
    this.text += this.style.quotedKeys === true ? `"${key}":` : `${key}:`;
  }

  /** Behind a key that was written as a value. */
  colon(): void {
    this.text += ':';
  }

  string(value: string): void {
    this.text += quoted(value);
  }

  integer(value: number | bigint): void {
    this.text += String(value);
  }

  double(value: number): void {
    this.text += javaDouble(value);
  }

  word(value: boolean | null): void {
    this.text += String(value);
  }

  finish(): string {
    return this.text;
  }

  private line(tabs: number): void {
    if (this.style.pretty === true && this.depth <= this.inlineFrom) this.text += `\n${'\t'.repeat(tabs)}`;
  }
}

/** A double as `Double.toString` prints it; what is no number becomes null, as fastjson writes it. */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const shortest = value.toExponential();
  // Java prints two digits at least, and takes the second one from the value.
  const [digits = '', exponent = ''] = (shortest.includes('.') ? shortest : value.toExponential(1)).split('e');
  return `${digits}E${Number(exponent)}`;
}

/** Writes any value; whole numbers as they are, others as Java prints doubles. Keys keep their order. */
export function writeJson(value: JsonValue, style: JsonStyle = {}): string {
  const writer = new JsonWriter(style);
  writeValue(value, writer);
  return writer.finish();
}

function writeValue(value: JsonValue, out: JsonWriter): void {
  if (value instanceof JsonObject) writeObject(value, out);
  else if (typeof value === 'string') out.string(value);
  else if (typeof value === 'number') writeNumber(value, out);
  else if (typeof value === 'bigint') out.integer(value);
  else if (value === null || typeof value === 'boolean') out.word(value);
  else writeList(value, out);
}

function writeNumber(value: number, out: JsonWriter): void {
  if (Number.isInteger(value)) out.integer(value);
  else out.double(value);
}

function writeList(items: readonly JsonValue[], out: JsonWriter): void {
  out.open('[');
  for (const item of items) {
    out.next();
    writeValue(item, out);
  }
  out.close(']');
}

function writeObject(object: JsonObject, out: JsonWriter): void {
  out.open('{');
  for (const [key, value] of object.entries) {
    writeKey(key, out);
    writeValue(value, out);
  }
  out.close('}');
}

function writeKey(key: JsonKey, out: JsonWriter): void {
  if (typeof key === 'string') out.name(`${quoted(key)}:`);
  else if (typeof key !== 'object') out.numberKey(key);
  else {
    out.next();
    writeObject(key, out);
    out.colon();
  }
}
