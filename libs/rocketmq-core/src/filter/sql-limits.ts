import { SqlProblem } from './sql-problem.js';

/**
 * How large an expression may be. Apache has no limits: it parses until the stack of the thread overflows, and a request can make it do so. These
 * bound what one expression costs to parse and, because each token is visited at most once, to evaluate.
 */
export const sqlLimits = {
  /** UTF-16 units. */
  textLengthMax: 4096,
  tokensMax: 1000,
  /** Parentheses and unary operators inside each other. */
  depthMax: 64,
  /** Literals of one IN. */
  listLengthMax: 256,
} as const;

export function checkLimit(value: number, limit: keyof typeof sqlLimits, what: string): void {
  if (value > sqlLimits[limit]) throw new SqlProblem(`${what}, at most ${sqlLimits[limit]} are allowed`);
}
