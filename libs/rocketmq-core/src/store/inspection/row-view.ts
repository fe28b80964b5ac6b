import { parseSegmentName } from '../paths.js';
import type { FileReader } from './file-reader.js';
import type { Report } from './finding.js';

interface Part {
  readonly path: string;
  readonly baseOffset: number;
}

const PORTION = 4 * 1024 * 1024;

/** A row of files as it lies there, looked at and not touched: what `SegmentList` refuses is reported. */
export class RowView {
  /** Bytes that every file of the row should have: what the first one has. */
  readonly fileSize: number;
  readonly parts: readonly Part[];

  constructor(
    private readonly reader: FileReader,
    readonly folder: string,
    report: Report = () => undefined,
    /** Of the files; default all of the folder. */
    names = reader.files.listSync(folder),
  ) {
    this.parts = names.flatMap((name) => {
      const baseOffset = parseSegmentName(name);
      return baseOffset === undefined ? [] : [{ path: `${folder}/${name}`, baseOffset }];
    });
    this.fileSize = this.parts[0] === undefined ? 0 : reader.sizeOf(this.parts[0].path);
    this.parts.forEach((part, index) => this.check(part, index, report));
  }

  private check({ path, baseOffset }: Part, index: number, report: Report): void {
    const size = this.reader.sizeOf(path);
    const before = this.parts[index - 1];
    const isUnused = size === 0 && index === this.parts.length - 1 && index > 0;
    if (size !== this.fileSize && !isUnused) report(path, size, `the file has ${size} bytes, the first one of its row ${this.fileSize}`);
    if (this.fileSize === 0 || baseOffset % this.fileSize !== 0) report(path, 0, `its name is no multiple of its ${this.fileSize} bytes`);
    else if (before !== undefined && baseOffset !== before.baseOffset + this.fileSize) {
      report(path, 0, `the file before it starts at ${before.baseOffset}: a file is missing`);
    }
  }

  get begin(): number {
    return this.parts[0]?.baseOffset ?? 0;
  }

  get end(): number {
    const last = this.parts.at(-1);
    return last === undefined ? 0 : last.baseOffset + this.fileSize;
  }

  /** The file in which an offset lies, and where in it; of an offset outside the row the nearest end. */
  locate(offset: number): { readonly path: string; readonly position: number } {
    const part = this.parts.findLast(({ baseOffset }) => baseOffset <= offset) ?? this.parts[0];
    return part === undefined ? { path: this.folder, position: 0 } : { path: part.path, position: Math.max(0, offset - part.baseOffset) };
  }

  /** Bytes of one file; fewer at its end, none outside the row. */
  read(offset: number, length: number): Buffer {
    if (offset < this.begin || offset >= this.end) return Buffer.alloc(0);
    const { path, position } = this.locate(offset);
    return this.reader.read(path, position, length);
  }

  /** As `FileReader.peek`. */
  peek(offset: number, length: number): Buffer {
    if (offset < this.begin || offset >= this.end) return Buffer.alloc(0);
    const { path, position } = this.locate(offset);
    return this.reader.peek(path, position, length);
  }

  /** The first offset from `offset` on whose byte is not zero; undefined when all are. */
  firstUsed(offset: number): number | undefined {
    for (let at = offset; at < this.end;) {
      const { path, position } = this.locate(at);
      const bytes = this.reader.read(path, position, Math.min(PORTION, this.fileSize - position));
      const used = bytes.findIndex((byte) => byte !== 0);
      if (used >= 0) return at + used;
      // A file that is too short has been reported; what it lacks counts as zeros.
      at += bytes.length > 0 ? bytes.length : this.fileSize - position;
    }
    return undefined;
  }
}
