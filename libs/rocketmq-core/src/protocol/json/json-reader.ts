import { ProtocolViolation } from '../../base/index.js';
import { JsonObject, type JsonKey, type JsonValue } from './json-value.js';

export interface JsonLimits {
  /** Bytes of a buffer, UTF-16 units of a text. */
  readonly sizeMax: number;
  /** Objects and lists inside each other. */
  readonly depthMax: number;
  /** Keys of one object. */
  readonly keysMax: number;
}

/** The size of the largest frame holds the largest tables of a broker, and bounds all else that a text can hold. */
const jsonLimits: JsonLimits = { sizeMax: 64 * 1024 * 1024, depthMax: 64, keysMax: 1_000_000 };

/**
 * Reads what fastjson 1 and 2 write and most of what they tolerate: unquoted keys, single quotes, a comma before the end, comments, `5L`.
 * Linear in the size of the text.
 * @throws ProtocolViolation for anything else and beyond the limits
 */
export function readJson(source: string | Buffer, limits: Partial<JsonLimits> = {}): JsonValue {
  const all = { ...jsonLimits, ...limits };
  if (source.length > all.sizeMax) throw new ProtocolViolation(`JSON of ${source.length} bytes, at most ${all.sizeMax} are read`);
  return new JsonReader(typeof source === 'string' ? source : source.toString('utf8'), all).document();
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const STAR = 0x2a;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const SLASH = 0x2f;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK = 0xfeff;

/** More digits than any double or int64 has; BigInt of a long text is quadratic. */
const NUMBER_LENGTH_MAX = 400;
const INTEGER_LENGTH_MAX = 40;

const isDigit = (code: number) => code >= ZERO && code <= NINE;

const plainEscapes: Readonly<Record<string, string>> = {
  ...{ '"': '"', "'": "'", '\\': '\\', '/': '/', b: '\b', f: '\f', F: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ 0: '\0', 1: '\u0001', 2: '\u0002', 3: '\u0003', 4: '\u0004', 5: '\u0005', 6: '\u0006', 7: '\u0007' },
};

class JsonReader {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly limits: JsonLimits,
  ) {
    if (text.charCodeAt(0) === BYTE_ORDER_MARK) this.at = 1;
  }

  document(): JsonValue {
    const value = this.value();
    if (!Number.isNaN(this.peek())) throw this.unexpected();
    return value;
  }

  private value(): JsonValue {
    const code = this.peek();
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) return this.quoted(code);
    if (code === OPEN_OBJECT) return this.object();
    if (code === OPEN_LIST) return this.list();
    if (isDigit(code) || code === MINUS || code === PLUS) return this.number();
    return this.word();
  }

  /** The next character that is neither space nor comment; NaN at the end. */
  private peek(): number {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === SLASH) this.comment();
      else if (code !== SPACE && code !== NEWLINE && code !== RETURN && code !== TAB) return code;
      else this.at += 1;
    }
  }

  private comment(): void {
    const kind = this.text.charCodeAt(this.at + 1);
    if (kind !== SLASH && kind !== STAR) throw this.unexpected();
    const end = this.text.indexOf(kind === STAR ? '*/' : '\n', this.at + 2);
    if (end < 0 && kind === STAR) throw this.unexpected();
    this.at = end < 0 ? this.text.length : end + (kind === STAR ? 2 : 1);
  }

  private object(): JsonObject {
    const entries = new Map<JsonKey, JsonValue>();
    this.enter();
    while (this.peek() !== CLOSE_OBJECT) {
      const key = this.key();
      if (this.peek() !== COLON) throw this.unexpected();
      this.at += 1;
      entries.set(key, this.value());
      if (entries.size > this.limits.keysMax) throw this.violation(`more than ${this.limits.keysMax} keys`);
      this.separator(CLOSE_OBJECT);
    }
    this.leave();
    return new JsonObject(entries);
  }

  private list(): JsonValue[] {
    const items: JsonValue[] = [];
    this.enter();
    while (this.peek() !== CLOSE_LIST) {
      items.push(this.value());
      this.separator(CLOSE_LIST);
    }
    this.leave();
    return items;
  }

  private enter(): void {
    this.at += 1;
    this.depth += 1;
    if (this.depth > this.limits.depthMax) throw this.violation(`deeper than ${this.limits.depthMax}`);
  }

  private leave(): void {
    this.at += 1;
    this.depth -= 1;
  }

  private separator(end: number): void {
    const code = this.peek();
    if (code === COMMA) this.at += 1;
    else if (code !== end) throw this.unexpected();
  }

  private key(): JsonKey {
    const code = this.peek();
    if (code === DOUBLE_QUOTE || code === SINGLE_QUOTE) return this.quoted(code);
    if (code === OPEN_OBJECT) return this.object();
    if (isDigit(code) || code === MINUS) return this.number();
    return this.bareWord();
  }

  private quoted(quote: number): string {
    const start = this.at + 1;
    for (let at = start; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === quote) {
        this.at = at + 1;
        return this.text.slice(start, at);
      }
      if (code === BACKSLASH) return this.escaped(quote, start, at);
    }
    throw this.violation('a text without end');
  }

  /** The rest of a text from its first backslash on. */
  private escaped(quote: number, start: number, firstEscape: number): string {
    const parts = [this.text.slice(start, firstEscape)];
    this.at = firstEscape;
    let plain = firstEscape;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (Number.isNaN(code)) throw this.violation('a text without end');
      if (code !== quote && code !== BACKSLASH) {
        this.at += 1;
        continue;
      }
      parts.push(this.text.slice(plain, this.at));
      this.at += 1;
      if (code === quote) return parts.join('');
      parts.push(this.escape());
      plain = this.at;
    }
  }

  private escape(): string {
    const kind = this.text.charAt(this.at);
    this.at += 1;
    if (kind === 'u') return this.codePoint(4);
    if (kind === 'x') return this.codePoint(2);
    const plain = Object.hasOwn(plainEscapes, kind) ? plainEscapes[kind] : undefined;
    if (plain === undefined) throw this.unexpected();
    return plain;
  }

  private codePoint(size: number): string {
    const digits = this.text.slice(this.at, this.at + size);
    if (digits.length !== size || !/^[0-9a-fA-F]+$/.test(digits)) throw this.unexpected();
    this.at += size;
    return String.fromCharCode(parseInt(digits, 16));
  }

  private number(): number | bigint {
    const start = this.at;
    let isInteger = true;
    for (this.at += 1; ; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (isDigit(code)) continue;
      if (!this.continuesNumber(code)) break;
      isInteger = false;
    }
    const literal = this.text.slice(start, this.at);
    const value = this.parseNumber(literal, isInteger);
    // The suffixes of fastjson's typed numbers.
    if (/^[LSBFD]$/.test(this.text.charAt(this.at))) this.at += 1;
    return value;
  }

  /** Point, exponent, and the sign behind an exponent. */
  private continuesNumber(code: number): boolean {
    const before = this.text.charAt(this.at - 1);
    return code === 0x2e || code === 0x65 || code === 0x45 || ((code === PLUS || code === MINUS) && (before === 'e' || before === 'E'));
  }

  private parseNumber(literal: string, isInteger: boolean): number | bigint {
    const sizeMax = isInteger ? INTEGER_LENGTH_MAX : NUMBER_LENGTH_MAX;
    const value = literal.length > sizeMax || literal === '-' || literal === '+' ? NaN : Number(literal);
    if (!Number.isFinite(value)) throw this.violation('no number');
    return isInteger && !Number.isSafeInteger(value) ? BigInt(literal.replace('+', '')) : value;
  }

  private word(): JsonValue {
    const word = this.bareWord();
    switch (word) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      default:
        throw this.violation(`unexpected ${word.slice(0, 20)}`);
    }
  }

  private bareWord(): string {
    const pattern = /[\p{L}_$][\p{L}\p{N}_$.-]*/uy;
    pattern.lastIndex = this.at;
    const word = pattern.exec(this.text)?.[0];
    if (word === undefined) throw this.unexpected();
    this.at += word.length;
    return word;
  }

  private unexpected(): ProtocolViolation {
    const found = this.at < this.text.length ? JSON.stringify(this.text.charAt(this.at)) : 'the end';
    return this.violation(`unexpected ${found}`);
  }

  private violation(what: string): ProtocolViolation {
    return new ProtocolViolation(`JSON at character ${this.at}: ${what}`);
  }
}
