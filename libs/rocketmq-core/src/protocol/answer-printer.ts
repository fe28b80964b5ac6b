import { assert } from '../base/index.js';
import type { Command, HeaderOf } from './command.js';
import { LENGTH_SIZE, PREFIX_SIZE } from './frame-limits.js';
import { printExt } from './header-json.js';
import { quoted } from './json-quote.js';
import { NO_ROOM, writeBytes, writeNumber } from './plain-bytes.js';
import { VERSION } from './versions.js';

const CODE = Buffer.from('{"code":');
const EXT = Buffer.from(',"extFields":{');
const COMMA = Buffer.from(',');
const QUOTE = Buffer.from('"');
const END = Buffer.from(`,"serializeTypeCurrentRPC":"JSON","version":${VERSION}}`);
const SIZE_MAX = 4096;

type Values = Readonly<Record<string, unknown>>;

export interface PlainAnswer<C extends Command> {
  readonly code: number;
  readonly opaque: number;
  readonly header: HeaderOf<C['response']>;
  /** Fields beside those of the row. */
  readonly ext: ReadonlyMap<string, string> | undefined;
}

/** Ext fields that the answers of one handler share, printed. */
interface SharedExt {
  readonly ext: ReadonlyMap<string, string> | undefined;
  readonly command: Command;
  readonly bytes: Buffer;
  /** Fields of the row that are here too: an answer with both has to have one. */
  readonly overlapping: readonly string[];
}

/**
 * Writes the frames of small answers: the bytes that `encodeFrame` gives, without a text, a map or memory of its own for each. Most answers are
 * small and many, and the making of their strings would cost more than all the rest of them. Mostly one differs from the one before it in its values
 * only, and those have the same length: then nothing else is written.
 */
export class AnswerPrinter {
  /** The frame that was printed last. */
  readonly bytes = Buffer.allocUnsafe(SIZE_MAX);
  private size = 0;
  /** What it is an answer to; undefined when it is not whole. */
  private printed: SharedExt | undefined;
  /** Where its values begin and end: the code, the fields of the row in their order, the opaque. Fields that it does not have begin at NO_ROOM. */
  private readonly places: number[] = [];
  private readonly afterExt: Buffer;
  private shared: SharedExt | undefined;

  constructor(language: string) {
    this.afterExt = Buffer.from(`},"flag":1,"language":${quoted(language)},"opaque":`);
  }

  /** @returns the size of the frame in `bytes`; 0 when it has to be made in another way */
  print<C extends Command>(command: C, answer: PlainAnswer<C>): number {
    const shared = this.sharedOf(command, answer.ext);
    for (const name of shared.overlapping) if ((answer.header as Values)[name] !== undefined) return 0;
    if (this.printed === shared && this.overwrite(command, answer)) return this.size;
    this.printed = undefined;
    const end = this.printAll(command, answer, shared.bytes);
    if (end === NO_ROOM) return 0;
    this.bytes.writeInt32BE(end - LENGTH_SIZE, 0);
    this.bytes.writeInt32BE(end - PREFIX_SIZE, LENGTH_SIZE);
    this.printed = shared;
    return (this.size = end);
  }

  /** @returns false when a value is there or not there, other than in the last frame, or has another length; that frame is spoiled then */
  private overwrite<C extends Command>(command: C, { code, opaque, header }: PlainAnswer<C>): boolean {
    const { bytes, places } = this;
    if (writeNumber(bytes, places[0] ?? NO_ROOM, code) !== places[1]) return false;
    let at = 2;
    for (const { name, field } of command.responseRows) {
      const value = (header as Values)[name];
      const start = places[at] ?? NO_ROOM;
      if ((value === undefined) !== (start === NO_ROOM)) return false;
      if (value !== undefined && field.kind.write(bytes, start, value) !== places[at + 1]) return false;
      at += 2;
    }
    return writeNumber(bytes, places[at] ?? NO_ROOM, opaque) === places[at + 1];
  }

  private printAll<C extends Command>(command: C, { code, opaque, header }: PlainAnswer<C>, sharedBytes: Buffer): number {
    const { bytes } = this;
    this.places.length = 0;
    let end = writeBytes(bytes, PREFIX_SIZE, CODE);
    end = this.placed(end, writeNumber(bytes, end, code));
    end = writeBytes(bytes, end, EXT);
    const fieldsAt = end;
    end = this.fields(command, header, end);
    if (sharedBytes.length > 0 && end > fieldsAt) end = writeBytes(bytes, end, COMMA);
    end = writeBytes(bytes, end, sharedBytes);
    end = writeBytes(bytes, end, this.afterExt);
    end = this.placed(end, writeNumber(bytes, end, opaque));
    return writeBytes(bytes, end, END);
  }

  private fields(command: Command, header: Values, from: number): number {
    const { bytes } = this;
    let end = from;
    for (const { name, openingBytes, field } of command.responseRows) {
      const value = header[name];
      if (value === undefined) {
        assert(field.optional, `required header field ${name} was not given`);
        this.placed(NO_ROOM, NO_ROOM);
        continue;
      }
      if (end > from) end = writeBytes(bytes, end, COMMA);
      end = writeBytes(bytes, end, openingBytes);
      end = this.placed(end, field.kind.write(bytes, end, value));
      end = writeBytes(bytes, end, QUOTE);
    }
    return end;
  }

  /** Notes the place of a value. @returns where it ends */
  private placed(start: number, end: number): number {
    this.places.push(start, end);
    return end;
  }

  private sharedOf(command: Command, ext: ReadonlyMap<string, string> | undefined): SharedExt {
    const { shared } = this;
    if (shared !== undefined && shared.ext === ext && shared.command === command) return shared;
    const overlapping = command.responseRows.filter(({ wireName }) => ext?.has(wireName)).map(({ name }) => name);
    return (this.shared = { ext, command, overlapping, bytes: Buffer.from(ext === undefined ? '' : printExt(ext)) });
  }
}
