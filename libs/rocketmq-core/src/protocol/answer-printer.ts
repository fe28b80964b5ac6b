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
 * small and many, and the making of their strings would cost more than all the rest of them.
 */
export class AnswerPrinter {
  /** The frame that was printed last. */
  readonly bytes = Buffer.allocUnsafe(SIZE_MAX);
  private readonly afterExt: Buffer;
  private shared: SharedExt | undefined;

  constructor(language: string) {
    this.afterExt = Buffer.from(`},"flag":1,"language":${quoted(language)},"opaque":`);
  }

  /** @returns the size of the frame in `bytes`; 0 when it has to be made in another way */
  print<C extends Command>(command: C, { code, opaque, header, ext }: PlainAnswer<C>): number {
    const shared = this.sharedOf(command, ext);
    for (const name of shared.overlapping) if ((header as Values)[name] !== undefined) return 0;
    const { bytes } = this;
    let end = writeNumber(bytes, writeBytes(bytes, PREFIX_SIZE, CODE), code);
    end = writeBytes(bytes, end, EXT);
    const fieldsAt = end;
    end = this.fields(command, header, end);
    if (shared.bytes.length > 0 && end > fieldsAt) end = writeBytes(bytes, end, COMMA);
    end = writeBytes(bytes, end, shared.bytes);
    end = writeNumber(bytes, writeBytes(bytes, end, this.afterExt), opaque);
    end = writeBytes(bytes, end, END);
    if (end === NO_ROOM) return 0;
    bytes.writeInt32BE(end - LENGTH_SIZE, 0);
    bytes.writeInt32BE(end - PREFIX_SIZE, LENGTH_SIZE);
    return end;
  }

  private fields(command: Command, header: Values, from: number): number {
    const { bytes } = this;
    let end = from;
    for (const { name, openingBytes, field } of command.responseRows) {
      const value = header[name];
      if (value === undefined) {
        assert(field.optional, `required header field ${name} was not given`);
        continue;
      }
      if (end > from) end = writeBytes(bytes, end, COMMA);
      end = writeBytes(bytes, end, openingBytes);
      end = field.kind.write(bytes, end, value);
      end = writeBytes(bytes, end, QUOTE);
    }
    return end;
  }

  private sharedOf(command: Command, ext: ReadonlyMap<string, string> | undefined): SharedExt {
    const { shared } = this;
    if (shared !== undefined && shared.ext === ext && shared.command === command) return shared;
    const overlapping = command.responseRows.filter(({ wireName }) => ext?.has(wireName)).map(({ name }) => name);
    return (this.shared = { ext, command, overlapping, bytes: Buffer.from(ext === undefined ? '' : printExt(ext)) });
  }
}
