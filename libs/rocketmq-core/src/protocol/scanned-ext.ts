import type { HeaderTexts } from './header-texts.js';
import type { Marks } from './marks.js';

const EMPTY = Buffer.alloc(0);

interface ScannedExtParts {
  /** What was received; it must not change until `detach`. */
  readonly bytes: Buffer;
  /** Where the header begins in it. */
  readonly base: number;
  /** No name may occur twice. Other headers may share them. */
  readonly marks: Marks;
  readonly texts: HeaderTexts;
  readonly likeness?: Likeness;
}

/** That a header has the same fields in the same order as an earlier one, its pattern. */
interface Likeness {
  readonly pattern: ScannedExt;
  /** A bit for each field whose value is not that of the pattern. */
  readonly changed: number;
}

/**
 * The ext fields of a JSON header that was scanned, not parsed: the positions of names and values in the received bytes. Numbers are read from
 * the bytes and texts are made when somebody asks for them, because a request has fourteen fields and most are looked at once or never.
 */
export class ScannedExt implements ReadonlyMap<string, string> {
  private map: ReadonlyMap<string, string> | undefined;
  // Fields are mostly asked for in the order they were written in.
  private expected: number;

  private bytes: Buffer;
  private readonly base: number;
  private readonly marks: Marks;
  private readonly texts: HeaderTexts;
  private readonly likeness: Likeness | undefined;
  private memory: { readonly read: unknown; readonly value: unknown } | undefined;

  constructor({ bytes, base, marks, texts, likeness }: ScannedExtParts) {
    this.bytes = bytes;
    this.base = base;
    this.marks = marks;
    this.texts = texts;
    this.likeness = likeness;
    this.expected = marks.first();
  }

  get size(): number {
    return this.marks.count;
  }

  /** @returns a mark for `textAt` and `bytesAt`; -1 when there is no such field or they can no longer be asked by mark */
  find(name: string): number {
    const { marks } = this;
    if (this.map !== undefined) return -1;
    let mark = this.expected;
    if (mark < 0 || !this.isNamed(mark, name)) {
      mark = marks.first();
      while (mark >= 0 && !this.isNamed(mark, name)) mark = marks.next(mark);
    }
    if (mark >= 0) this.expected = marks.next(mark);
    return mark;
  }

  textAt(mark: number): string {
    const { base, marks, bytes } = this;
    const from = base + marks.valueFrom(mark);
    const to = marks.valueEnd(mark);
    return to >= 0 ? this.texts.plain(bytes, from, base + to) : this.texts.escaped(bytes, from, base + ~to);
  }

  /** Whether its fields can be asked by mark: until somebody has asked for all of them. */
  get hasMarks(): boolean {
    return this.map === undefined;
  }
  /** For a reader that goes through all fields; below 0 when there are none. */
  firstMark(): number {
    return this.marks.first();
  }
  /** Below 0 behind the last field. */
  nextMark(mark: number): number {
    return this.marks.next(mark);
  }
  /** The name of a field, when it is a single ASCII letter; 0 when it is none. */
  letterAt(mark: number): number {
    const from = this.marks.nameFrom(mark);
    return this.marks.nameTo(mark) - from === 1 ? (this.bytes[this.base + from] ?? 0) : 0;
  }

  /** An earlier header with the same fields. */
  get pattern(): ScannedExt | undefined {
    return this.likeness?.pattern;
  }
  /** Whether a field has another value than in the pattern. */
  differs(mark: number): boolean {
    return this.likeness === undefined || ((this.likeness.changed >> this.marks.indexOf(mark)) & 1) === 1;
  }
  /** What `read` makes of this header: made once, as long as all ask with the same function. */
  remembered<T>(read: (ext: ScannedExt) => T): T {
    if (this.memory?.read !== read) this.memory = { read, value: read(this) };
    return this.memory.value as T;
  }

  /** What `read` makes of the bytes of the value; undefined when they are not plain ASCII. */
  bytesAt<T>(mark: number, read: (bytes: Buffer, from: number, to: number) => T | undefined): T | undefined {
    const to = this.marks.valueEnd(mark);
    return to >= 0 ? read(this.bytes, this.base + this.marks.valueFrom(mark), this.base + to) : undefined;
  }

  /** Lets the received bytes go, for a request that stays open for long. */
  detach(): void {
    this.all();
    this.bytes = EMPTY;
  }

  get(name: string): string | undefined {
    if (this.map !== undefined) return this.map.get(name);
    const mark = this.find(name);
    return mark < 0 ? undefined : this.textAt(mark);
  }

  has(name: string): boolean {
    return this.all().has(name);
  }
  keys() {
    return this.all().keys();
  }
  values() {
    return this.all().values();
  }
  entries() {
    return this.all().entries();
  }
  [Symbol.iterator]() {
    return this.all()[Symbol.iterator]();
  }
  forEach(each: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    this.all().forEach(each);
  }

  private all(): ReadonlyMap<string, string> {
    if (this.map !== undefined) return this.map;
    const map = new Map<string, string>();
    const { base, marks, texts, bytes } = this;
    for (let mark = marks.first(); mark >= 0; mark = marks.next(mark)) {
      map.set(texts.plain(bytes, base + marks.nameFrom(mark), base + marks.nameTo(mark)), this.textAt(mark));
    }
    return (this.map = map);
  }

  private isNamed(mark: number, name: string): boolean {
    if (this.marks.nameTo(mark) - this.marks.nameFrom(mark) !== name.length) return false;
    const from = this.base + this.marks.nameFrom(mark);
    for (let i = 0; i < name.length; i++) if (this.bytes[from + i] !== name.charCodeAt(i)) return false;
    return true;
  }
}
