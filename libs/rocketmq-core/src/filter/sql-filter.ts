import { parseProperties, propertyOf } from '../protocol/index.js';
import { FAILED } from './sql-compare.js';
import { testOf, type PropertyLookup, type SqlTest } from './sql-evaluate.js';
import { parseSql, type ParsedSql } from './sql-parser.js';
import { SqlProblem } from './sql-problem.js';

/** Each look-up walks through the property text, so above this many names it is taken apart once. */
const LOOKUPS_MAX = 4;

/** A compiled expression. As Java: SqlFilter and the expression it compiles. */
export class SqlFilter {
  private readonly test: SqlTest;
  private readonly takesApart: boolean;

  constructor(
    readonly expression: string,
    { condition, names }: ParsedSql,
  ) {
    this.test = testOf(condition);
    this.takesApart = names.size > LOOKUPS_MAX;
  }

  /** @returns null for unknown, `failed` when a value cannot be converted to what it is compared with */
  evaluate(lookup: PropertyLookup): boolean | null | 'failed' {
    const value = this.test(lookup);
    return value === FAILED ? 'failed' : value;
  }

  /** Whether a message with this property text is wanted: only what is true is. */
  matches(propertyText: string): boolean {
    if (!this.takesApart) return this.test((name) => propertyOf(propertyText, name)) === true;
    const properties = parseProperties(propertyText);
    return this.test((name) => properties.get(name)) === true;
  }
}

export type SqlCompilation =
  { readonly kind: 'compiled'; readonly filter: SqlFilter } | { readonly kind: 'refused'; readonly reason: string };

export function compileSql(expression: string): SqlCompilation {
  try {
    return { kind: 'compiled', filter: new SqlFilter(expression, parseSql(expression)) };
  } catch (error) {
    if (error instanceof SqlProblem) return { kind: 'refused', reason: error.message };
    throw error;
  }
}
