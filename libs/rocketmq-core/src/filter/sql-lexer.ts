import { checkLimit } from './sql-limits.js';
import { SqlProblem } from './sql-problem.js';

export interface SqlToken {
  readonly kind: 'keyword' | 'name' | 'decimal' | 'float' | 'string' | 'symbol' | 'end';
  /** Keywords in upper case; strings without their quotes. */
  readonly text: string;
  /** Position in the expression. */
  readonly at: number;
}

const keywords: ReadonlySet<string> = new Set([
  ...['NOT', 'AND', 'OR', 'BETWEEN', 'IN', 'IS', 'NULL', 'TRUE', 'FALSE'],
  ...['CONTAINS', 'STARTSWITH', 'ENDSWITH'],
]);

// Sticky and without nested repetition: each looks at every character once. The order of the alternatives is that of their length.
const BLANK = /[ \t\n\r\f]+/y;
const LINE_COMMENT = /--[^\n\r]*(?:\r\n|\n|\r)/y;
const FLOAT = /(?:\d+\.\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)/y;
const DECIMAL = /(?:0|[1-9]\d*[lL]?)/y;
const WORD = /[a-zA-Z_$][a-zA-Z0-9_$]*/y;
const SYMBOL = /(?:<>|<=|>=|[=<>(),+-])/y;

/**
 * The tokens of an expression and an end token. As Java: SelectorParser.jj.
 * @throws SqlProblem at a character that begins no token, and when there are too many
 */
export function sqlTokens(text: string): SqlToken[] {
  checkLimit(text.length, 'textLengthMax', `${text.length} characters`);
  const tokens: SqlToken[] = [];
  for (let at = skipBlanks(text, 0); at < text.length;) {
    const { token, end } = tokenAt(text, at);
    tokens.push(token);
    checkLimit(tokens.length, 'tokensMax', 'more tokens than that');
    at = skipBlanks(text, end);
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function skipBlanks(text: string, start: number): number {
  for (let at = start; ;) {
    const skipped = match(BLANK, text, at) ?? match(LINE_COMMENT, text, at) ?? blockComment(text, at);
    if (skipped === undefined) return at;
    at += skipped.length;
  }
}

function blockComment(text: string, at: number): string | undefined {
  if (!text.startsWith('/*', at)) return undefined;
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? undefined : text.slice(at, end + 2);
}

function tokenAt(text: string, at: number): { readonly token: SqlToken; readonly end: number } {
  if (text.charAt(at) === "'") return stringAt(text, at);
  const found = (kind: SqlToken['kind'], length: number, shown: string) => ({ token: { kind, text: shown, at }, end: at + length });
  const float = match(FLOAT, text, at);
  if (float !== undefined) return found('float', float.length, float);
  const decimal = match(DECIMAL, text, at);
  if (decimal !== undefined) return found('decimal', decimal.length, decimal);
  const word = match(WORD, text, at);
  if (word !== undefined) {
    const upper = word.toUpperCase();
    return keywords.has(upper) ? found('keyword', word.length, upper) : found('name', word.length, word);
  }
  const symbol = match(SYMBOL, text, at);
  if (symbol !== undefined) return found('symbol', symbol.length, symbol);
  throw new SqlProblem(
    `character ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))} at ${at} begins nothing that is known`,
  );
}

/** A quote inside is written twice. */
function stringAt(text: string, at: number): { readonly token: SqlToken; readonly end: number } {
  let value = '';
  for (let from = at + 1; ;) {
    const quote = text.indexOf("'", from);
    if (quote < 0) throw new SqlProblem(`the string at ${at} has no end`);
    value += text.slice(from, quote);
    if (text.charAt(quote + 1) !== "'") return { token: { kind: 'string', text: value, at }, end: quote + 1 };
    value += "'";
    from = quote + 2;
  }
}
