import { assert } from '../base/index.js';
import type { Command, HeaderOf } from './command.js';
import { LENGTH_SIZE, PREFIX_SIZE } from './frame-limits.js';
import { quoted } from './json-quote.js';
import { NO_ROOM, writeBytes, writeNumber } from './plain-bytes.js';
import { VERSION } from './versions.js';

const CODE = Buffer.from('{"code":');
const EXT = Buffer.from(',"extFields":{');
const EXT_END = Buffer.from('},"flag":');
const COMMA = Buffer.from(',');
const QUOTE = Buffer.from('"');
const END = Buffer.from(`,"serializeTypeCurrentRPC":"JSON","version":${VERSION}}`);
const SIZE_MAX = 4096;
const ESCAPE = Buffer.from('\\u00');
const HEX = Buffer.from('0123456789abcdef');
/** Characters that JSON writes with a letter: `\b` to `\r`, but for the one in their midst that it writes as a number. */
const LETTERED_MIN = 0x08;
const LETTERED_MAX = 0x0d;

export interface PlainRequest<C extends Command> {
  readonly header: HeaderOf<C['request']>;
  readonly opaque: number;
  readonly flag: number;
  readonly bodySize: number;
}

/**
 * Writes all but the body of a request: the bytes that `encodeFrame` gives for JSON, without a map, a text or memory of its own for each. A send has
 * thirteen fields, and to print and join them takes a producer longer than all that it does besides.
 */
export class RequestPrinter {
  /** What was printed last. */
  readonly bytes = Buffer.allocUnsafe(SIZE_MAX);
  private readonly afterFlag: Buffer;

  constructor(language: string) {
    this.afterFlag = Buffer.from(`,"language":${quoted(language)},"opaque":`);
  }

  /** @returns the size in `bytes`; 0 when it has to be made in another way */
  print<C extends Command>(command: C, { header, opaque, flag, bodySize }: PlainRequest<C>): number {
    const { bytes } = this;
    let end = writeNumber(bytes, writeBytes(bytes, PREFIX_SIZE, CODE), command.code);
    const fieldsAt = writeBytes(bytes, end, EXT);
    end = this.fields(command, header, fieldsAt);
    if (end === fieldsAt) return 0;
    end = writeNumber(bytes, writeBytes(bytes, end, EXT_END), flag);
    end = writeNumber(bytes, writeBytes(bytes, end, this.afterFlag), opaque);
    end = writeBytes(bytes, end, END);
    if (end === NO_ROOM) return 0;
    bytes.writeInt32BE(end - LENGTH_SIZE + bodySize, 0);
    bytes.writeInt32BE(end - PREFIX_SIZE, LENGTH_SIZE);
    return end;
  }

  private fields(command: Command, header: Readonly<Record<string, unknown>>, from: number): number {
    const { bytes } = this;
    let end = from;
    for (const { name, openingBytes, field } of command.requestRows) {
      const value = header[name];
      if (value === undefined) {
        assert(field.optional, `required header field ${name} was not given`);
        continue;
      }
      if (end > from) end = writeBytes(bytes, end, COMMA);
      end = writeBytes(bytes, end, openingBytes);
      end = typeof value === 'string' ? writeText(bytes, end, value) : field.kind.write(bytes, end, value);
      end = writeBytes(bytes, end, QUOTE);
    }
    return end;
  }
}

/** ASCII, with the separators of property texts as JSON escapes them. */
function writeText(target: Buffer, at: number, text: string): number {
  if (at < 0) return NO_ROOM;
  let end = at;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7e || code === 0x22 || code === 0x5c || end + 6 > target.length) return NO_ROOM;
    if (code >= 0x20) target[end++] = code;
    else if (code >= LETTERED_MIN && code <= LETTERED_MAX) return NO_ROOM;
    else end = writeEscape(target, end, code);
  }
  return end;
}

function writeEscape(target: Buffer, at: number, code: number): number {
  const end = writeBytes(target, at, ESCAPE);
  target[end] = HEX[code >> 4] ?? 0;
  target[end + 1] = HEX[code & 15] ?? 0;
  return end + 2;
}
