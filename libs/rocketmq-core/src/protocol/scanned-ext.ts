const EMPTY = Buffer.alloc(0);

/** Numbers per field: where its name begins and ends, where its value begins, where that ends (as ~end when it is not plain ASCII). */
const STRIDE = 4;

/**
 * The ext fields of a JSON header that was scanned, not parsed: the positions of names and values in the received bytes. Numbers are read from
 * the bytes and texts are made when somebody asks for them, because a request has fourteen fields and most are looked at once or never.
 */
export class ScannedExt implements ReadonlyMap<string, string> {
  private map: ReadonlyMap<string, string> | undefined;
  // Fields are mostly asked for in the order they were written in.
  private expected = 0;

  /**
   * @param bytes what was received; it must not change until `detach`
   * @param marks four numbers per field, see STRIDE; no name may occur twice
   */
  constructor(
    private bytes: Buffer,
    private readonly marks: readonly number[],
  ) {}

  get size(): number {
    return this.marks.length / STRIDE;
  }

  /** @returns a mark for `textAt` and `bytesAt`; -1 when there is no such field or they can no longer be asked by mark */
  find(name: string): number {
    const { marks } = this;
    if (this.map !== undefined) return -1;
    if (this.expected < marks.length && this.isNamed(this.expected, name)) {
      const at = this.expected;
      this.expected += STRIDE;
      return at;
    }
    for (let at = 0; at < marks.length; at += STRIDE) {
      if (!this.isNamed(at, name)) continue;
      this.expected = at + STRIDE;
      return at;
    }
    return -1;
  }

  textAt(mark: number): string {
    const from = this.marks[mark + 2] ?? 0;
    const to = this.marks[mark + 3] ?? 0;
    if (to >= 0) return this.bytes.toString('latin1', from, to);
    return JSON.parse(this.bytes.toString('utf8', from - 1, ~to + 1)) as string;
  }

  /** What `read` makes of the bytes of the value; undefined when they are not plain ASCII. */
  bytesAt<T>(mark: number, read: (bytes: Buffer, from: number, to: number) => T | undefined): T | undefined {
    const to = this.marks[mark + 3] ?? 0;
    return to >= 0 ? read(this.bytes, this.marks[mark + 2] ?? 0, to) : undefined;
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
    for (let at = 0; at < this.marks.length; at += STRIDE) {
      map.set(this.bytes.toString('latin1', this.marks[at], this.marks[at + 1]), this.textAt(at));
    }
    return (this.map = map);
  }

  private isNamed(at: number, name: string): boolean {
    const from = this.marks[at] ?? 0;
    if ((this.marks[at + 1] ?? 0) - from !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (this.bytes[from + i] !== name.charCodeAt(i)) return false;
    return true;
  }
}
