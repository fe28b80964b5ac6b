import type { FrameHeader } from './frame-header.js';
import type { FrameLimits } from './frame-limits.js';
import { HeaderMemory } from './header-memory.js';
import type { ReadHeader } from './header-stencils.js';
import type { HeaderTexts } from './header-texts.js';
import { hexAt, isOrdinary, shortEscapes } from './json-escapes.js';
import { languageNamed } from './language-codes.js';
import type { Marks } from './marks.js';
import { ScannedExt } from './scanned-ext.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const LOWER_U = 0x75;
const INT_DIGITS_MAX = 10;

/** The fields that are numbers, by their first letter. */
const numbers: ReadonlyMap<number, 'code' | 'flag' | 'opaque' | 'version'> = new Map(
  (['code', 'flag', 'opaque', 'version'] as const).map((name) => [name.charCodeAt(0), name]),
);

interface Fields {
  code: number;
  flag: number;
  opaque: number;
  version: number;
  language: string | undefined;
  remark: string | undefined;
  ext: ScannedExt | undefined;
}

// JSON.parse makes a string and a property of each field, and a map of those makes it all once more. Java, and nearly every other client, writes
// headers without spaces and with texts as values: those are walked once, and only their positions are kept.
/**
 * Reads a JSON header as fastjson writes it.
 * @param memory of the connection
 * @returns undefined for every other form, legal or not: parseJsonHeader decides then
 */
export function scanJsonHeader(
  bytes: Buffer,
  [from, to]: readonly [from: number, to: number],
  limits: FrameLimits,
  memory = new HeaderMemory(),
): FrameHeader | undefined {
  const { texts, stencils, marks } = memory;
  const known = stencils.find(bytes, from, to, texts);
  if (known !== undefined) return known;
  const read = new HeaderScanner({ bytes, from, to, fieldsMax: limits.extFieldsMax, texts, marks }).scan();
  if (read !== undefined) stencils.learn(bytes.subarray(from, to), read, texts);
  return read?.header;
}

interface ScanOptions {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  readonly fieldsMax: number;
  readonly texts: HeaderTexts;
  /** Used again for the next header. */
  readonly marks: Marks;
}

class HeaderScanner {
  /** Where the last string ends, its quote not counted; as ~end when its bytes are not its text. */
  private stringEnd = 0;
  private number = 0;
  /** What the header has been found to hold. */
  private found: Marks | undefined;
  private opaqueFrom = 0;
  private opaqueTo = 0;

  private at: number;
  private readonly from: number;
  private readonly bytes: Buffer;
  private readonly end: number;
  private readonly fieldsMax: number;
  private readonly texts: HeaderTexts;
  private readonly marks: Marks;

  constructor({ bytes, from, to, fieldsMax, texts, marks }: ScanOptions) {
    this.bytes = bytes;
    this.at = from;
    this.from = from;
    this.end = to;
    this.fieldsMax = fieldsMax;
    this.texts = texts;
    this.marks = marks;
  }

  scan(): ReadHeader | undefined {
    const fields: Fields = { code: 0, flag: 0, opaque: 0, version: 0, language: undefined, remark: undefined, ext: undefined };
    if (!this.take(BRACE_OPEN)) return undefined;
    do {
      const nameFrom = this.at + 1;
      if (!this.string() || this.stringEnd < 0) return undefined;
      const nameTo = this.at - 1;
      if (!this.take(COLON) || !this.field(fields, nameFrom, nameTo)) return undefined;
    } while (this.take(COMMA));
    if (!this.take(BRACE_CLOSE) || this.at !== this.end) return undefined;
    return { header: fields, marks: this.found, opaqueFrom: this.opaqueFrom, opaqueTo: this.opaqueTo };
  }

  private field(fields: Fields, from: number, to: number): boolean {
    const number = numbers.get(this.bytes[from] ?? 0);
    if (number !== undefined) {
      const start = this.at;
      if (!this.isNamed(number, from, to) || !this.int()) return false;
      fields[number] = this.number;
      if (number === 'opaque') {
        this.opaqueFrom = start - this.from;
        this.opaqueTo = this.at - this.from;
      }
      return true;
    }
    if (this.isNamed('extFields', from, to)) return this.ext(fields);
    if (this.isNamed('language', from, to)) return this.language(fields);
    if (this.isNamed('remark', from, to)) return this.remark(fields);
    return this.isNamed('serializeTypeCurrentRPC', from, to) && this.string();
  }

  private language(fields: Fields): boolean {
    const from = this.at + 1;
    if (!this.string() || this.stringEnd < 0) return false;
    const to = this.at - 1;
    fields.language = this.isNamed('JAVA', from, to) ? 'JAVA' : languageNamed(this.texts.plain(this.bytes, from, to));
    return true;
  }

  private remark(fields: Fields): boolean {
    const from = this.at;
    if (!this.string()) return false;
    fields.remark = JSON.parse(this.bytes.toString('utf8', from, this.at)) as string;
    return true;
  }

  private ext(fields: Fields): boolean {
    if (!this.take(BRACE_OPEN)) return false;
    this.marks.clear();
    if (!this.take(BRACE_CLOSE) && !this.members(this.marks)) return false;
    const marks = this.marks.copy();
    this.found = marks;
    fields.ext = new ScannedExt({ bytes: this.bytes, base: this.from, marks, texts: this.texts });
    return true;
  }

  private members(marks: Marks): boolean {
    const { from } = this;
    let seen = 0;
    do {
      const nameFrom = this.at + 1 - from;
      if (!this.string() || this.stringEnd < 0 || marks.count >= this.fieldsMax) return false;
      const nameTo = this.at - 1 - from;
      // One bit per first letter and length: only names that share theirs need a closer look.
      const bit = 1 << (((this.bytes[from + nameFrom] ?? 0) + nameTo - nameFrom) & 31);
      if ((seen & bit) !== 0 && marks.has(this.bytes, from, nameFrom, nameTo)) return false;
      seen |= bit;
      const valueFrom = this.at + 2 - from;
      if (!this.take(COLON) || !this.string()) return false;
      const { stringEnd } = this;
      marks.add(nameFrom, nameTo, valueFrom, stringEnd < 0 ? ~(~stringEnd - from) : stringEnd - from);
    } while (this.take(COMMA));
    return this.take(BRACE_CLOSE);
  }

  private take(byte: number): boolean {
    if (this.at >= this.end || this.bytes[this.at] !== byte) return false;
    this.at += 1;
    return true;
  }

  private isNamed(text: string, from: number, to: number): boolean {
    if (to - from !== text.length) return false;
    for (let i = 0; i < text.length; i++) if (this.bytes[from + i] !== text.charCodeAt(i)) return false;
    return true;
  }

  /** Moves behind a string. */
  private string(): boolean {
    if (!this.take(QUOTE)) return false;
    const { bytes, end } = this;
    let plain = true;
    for (let at = this.at; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (isOrdinary[byte] === 1) continue;
      if (byte === QUOTE) {
        this.stringEnd = plain ? at : ~at;
        this.at = at + 1;
        return true;
      }
      if (byte < 0x20) return false;
      plain = false;
      if (byte !== BACKSLASH) continue;
      const size = this.escapeSize(at + 1);
      if (size === 0) return false;
      at += size;
    }
    return false;
  }

  /** Bytes after the backslash; 0 when they are no escape. */
  private escapeSize(at: number): number {
    const { bytes } = this;
    if (bytes[at] !== LOWER_U) return shortEscapes.has(bytes[at] ?? 0) ? 1 : 0;
    return hexAt(bytes, at + 1) < 0 ? 0 : 5;
  }

  /** Moves behind an int32 and keeps it in `number`. */
  private int(): boolean {
    const { bytes, end } = this;
    const negative = this.take(MINUS);
    const from = this.at;
    let value = 0;
    let at = from;
    for (; at < end; at++) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const digits = at - from;
    // JSON knows neither 01 nor, as an int, -0.
    if (digits === 0 || digits > INT_DIGITS_MAX || (bytes[from] === ZERO && (digits > 1 || negative))) return false;
    this.at = at;
    this.number = negative ? -value : value;
    return (this.number | 0) === this.number;
  }
}
