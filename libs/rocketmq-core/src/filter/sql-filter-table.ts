import { compileSql, type SqlCompilation } from './sql-filter.js';

/** As Java: SelectorParser.PARSE_CACHE. */
const EXPRESSIONS_MAX = 100;

/** The most recently used expressions, each parsed once; those that were refused are remembered too. */
export class SqlFilterTable {
  // In the order of their last use: the first is the oldest.
  private readonly known = new Map<string, SqlCompilation>();

  constructor(private readonly expressionsMax = EXPRESSIONS_MAX) {}

  get size(): number {
    return this.known.size;
  }

  compile(expression: string): SqlCompilation {
    const compilation = this.known.get(expression) ?? compileSql(expression);
    this.known.delete(expression);
    this.known.set(expression, compilation);
    if (this.known.size > this.expressionsMax) this.known.delete(this.oldest());
    return compilation;
  }

  private oldest(): string {
    const [expression = ''] = this.known.keys();
    return expression;
  }
}
