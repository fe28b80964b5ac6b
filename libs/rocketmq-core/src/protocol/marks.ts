/** Numbers per field: where its name begins and ends, where its value begins, where that ends (as ~end when it is not plain ASCII). */
const STRIDE = 4;
/** Room for the fields of nearly every request. */
const FIELDS_START = 16;

/** The places of the ext fields in a header, counted from its first byte. A mark is the position of one of them here. */
export class Marks {
  /** @param end marks are below it */
  constructor(
    private readonly numbers: number[] = new Array<number>(FIELDS_START * STRIDE),
    private end = 0,
  ) {}

  /** The same in an array of its size. What makes the array matters: V8 puts those of `new Array` among the old objects when a burst outlived a collection. */
  copy(): Marks {
    return new Marks(this.numbers.slice(0, this.end), this.end);
  }

  clear(): void {
    this.end = 0;
  }

  /** Fields. */
  get count(): number {
    return this.end / STRIDE;
  }

  add(nameFrom: number, nameTo: number, valueFrom: number, valueEnd: number): void {
    const { numbers, end } = this;
    numbers[end] = nameFrom;
    numbers[end + 1] = nameTo;
    numbers[end + 2] = valueFrom;
    numbers[end + 3] = valueEnd;
    this.end = end + STRIDE;
  }

  /** Which field it is, from 0. */
  indexOf(mark: number): number {
    return mark / STRIDE;
  }

  /** The mark of the field behind `mark`; below 0 when there is none. */
  next(mark: number): number {
    return mark + STRIDE < this.end ? mark + STRIDE : -1;
  }
  first(): number {
    return this.end > 0 ? 0 : -1;
  }

  nameFrom(mark: number): number {
    return this.numbers[mark] ?? 0;
  }
  nameTo(mark: number): number {
    return this.numbers[mark + 1] ?? 0;
  }
  valueFrom(mark: number): number {
    return this.numbers[mark + 2] ?? 0;
  }
  /** Below 0, as ~end, when the bytes of the value are not its text. */
  valueEnd(mark: number): number {
    return this.numbers[mark + 3] ?? 0;
  }

  /** @param base where the header begins in `bytes` */
  has(bytes: Buffer, base: number, nameFrom: number, nameTo: number): boolean {
    for (let mark = this.first(); mark >= 0; mark = this.next(mark)) {
      if (bytes.compare(bytes, base + nameFrom, base + nameTo, base + this.nameFrom(mark), base + this.nameTo(mark)) === 0) return true;
    }
    return false;
  }
}
