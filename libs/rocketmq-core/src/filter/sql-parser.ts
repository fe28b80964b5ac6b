import { sqlTokens, type SqlToken } from './sql-lexer.js';
import { checkLimit } from './sql-limits.js';
import { SqlProblem } from './sql-problem.js';
import { orderOf } from './sql-compare.js';
import { isCondition, isNumber, type CompareOperator, type SqlNode, type SqlNumber } from './sql-tree.js';

const LONG_MAX = 2n ** 63n - 1n;
const INT_MAX = 2_147_483_647n;

const textTests: ReadonlySet<string> = new Set(['CONTAINS', 'STARTSWITH', 'ENDSWITH']);
const orderings: ReadonlySet<string> = new Set(['>', '>=', '<', '<=']);

/**
 * Text to tree. Java reads an expression from the left and ignores what follows it (`a = 1 LIKE 'x'` means `a = 1` there); here that is refused,
 * because the sender of such a filter wants something else than what he gets.
 * @throws SqlProblem
 */
export function parseSql(text: string): ParsedSql {
  const parser = new SqlParser(sqlTokens(text));
  return { condition: parser.expression(), names: parser.names };
}

export interface ParsedSql {
  readonly condition: SqlNode;
  /** The properties that it asks for. */
  readonly names: ReadonlySet<string>;
}

class SqlParser {
  readonly names = new Set<string>();
  private next = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly SqlToken[]) {}

  expression(): SqlNode {
    const node = condition(this.or());
    if (this.token.kind !== 'end') throw this.unexpected('the end');
    return node;
  }

  private or(): SqlNode {
    return this.joined('OR', 'or', () => this.joined('AND', 'and', () => this.equality()));
  }

  // Three-valued AND and OR do not depend on how a chain of them is bracketed, so a long chain is a list and not a deep tree.
  private joined(keyword: string, kind: 'and' | 'or', operand: () => SqlNode): SqlNode {
    const first = operand();
    if (!this.isKeyword(keyword)) return first;
    const operands = [condition(first)];
    while (this.takeKeyword(keyword)) operands.push(condition(operand()));
    return { kind, operands };
  }

  private equality(): SqlNode {
    let left = this.comparison();
    for (;;) {
      if (this.takeSymbol('=')) left = equal(left, this.comparison());
      else if (this.takeSymbol('<>')) left = { kind: 'not', operand: equal(left, this.comparison()) };
      else if (this.takeKeyword('IS')) left = this.nullTest(left);
      else return left;
    }
  }

  private nullTest(operand: SqlNode): SqlNode {
    const not = this.takeKeyword('NOT');
    if (!this.takeKeyword('NULL')) throw this.unexpected('NULL');
    const test: SqlNode = { kind: 'is-null', operand };
    return not ? { kind: 'not', operand: test } : test;
  }

  private comparison(): SqlNode {
    let left = this.unary();
    for (;;) {
      const { kind, text } = this.token;
      if (kind === 'symbol' && orderings.has(text)) {
        this.next += 1;
        left = ordered(text as CompareOperator, left, this.unary());
        continue;
      }
      const not = this.takeKeyword('NOT');
      const test = this.predicate(left, not);
      if (test === undefined) {
        if (not) throw this.unexpected('BETWEEN, IN, CONTAINS, STARTSWITH or ENDSWITH');
        return left;
      }
      left = test;
    }
  }

  private predicate(operand: SqlNode, not: boolean): SqlNode | undefined {
    if (this.takeKeyword('BETWEEN')) return this.between(operand, not);
    if (this.takeKeyword('IN')) return this.membership(operand, not);
    const { kind, text } = this.token;
    if (kind !== 'keyword' || !textTests.has(text)) return undefined;
    this.next += 1;
    return { kind: 'text', test: text as 'CONTAINS', operand, text: this.string(), not };
  }

  private between(value: SqlNode, not: boolean): SqlNode {
    const low = this.unary();
    if (!this.takeKeyword('AND')) throw this.unexpected('AND');
    const high = this.unary();
    if (not) return { kind: 'or', operands: [ordered('<', value, low), ordered('>', value, high)] };
    const operands = [ordered('>=', value, low), ordered('<=', value, high)];
    if (low.kind === 'constant' && high.kind === 'constant' && isNumber(low.value) && isNumber(high.value)) {
      const order = orderOf(high.value, low.value);
      if (typeof order === 'number' && order < 0) throw new SqlProblem('BETWEEN: the first value is greater than the second');
    }
    return { kind: 'and', operands };
  }

  private membership(operand: SqlNode, not: boolean): SqlNode {
    if (!this.takeSymbol('(')) throw this.unexpected('(');
    const texts = [this.string()];
    while (this.takeSymbol(',')) {
      texts.push(this.string());
      checkLimit(texts.length, 'listLengthMax', 'more values of one IN than that');
    }
    if (!this.takeSymbol(')')) throw this.unexpected(') or ,');
    if (operand.kind !== 'property') throw new SqlProblem('IN: a property is expected on the left');
    return { kind: 'in', name: operand.name, texts: new Set(texts), not };
  }

  private unary(): SqlNode {
    this.depth += 1;
    checkLimit(this.depth, 'depthMax', 'more levels of parentheses and signs than that');
    const node = this.signed();
    this.depth -= 1;
    return node;
  }

  private signed(): SqlNode {
    if (this.takeSymbol('+')) return this.unary();
    if (this.takeSymbol('-')) return { kind: 'negative', operand: this.unary() };
    if (this.takeKeyword('NOT')) return { kind: 'not', operand: condition(this.unary()) };
    return this.primary();
  }

  private primary(): SqlNode {
    if (this.takeSymbol('(')) {
      const node = this.or();
      if (!this.takeSymbol(')')) throw this.unexpected(')');
      return node;
    }
    const { kind, text } = this.token;
    const node = operandOf(kind, text);
    if (node === undefined) throw this.unexpected('a value or a property');
    if (kind === 'name') this.names.add(text);
    this.next += 1;
    return node;
  }

  private string(): string {
    const { kind, text } = this.token;
    if (kind !== 'string') throw this.unexpected('a string');
    this.next += 1;
    return text;
  }

  private get token(): SqlToken {
    // The end token is never passed.
    return this.tokens[this.next] as SqlToken;
  }

  private isKeyword(text: string): boolean {
    return this.token.kind === 'keyword' && this.token.text === text;
  }

  private takeKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false;
    this.next += 1;
    return true;
  }

  private takeSymbol(text: string): boolean {
    if (this.token.kind !== 'symbol' || this.token.text !== text) return false;
    this.next += 1;
    return true;
  }

  private unexpected(wanted: string): SqlProblem {
    const { kind, text, at } = this.token;
    const found = kind === 'end' ? 'the end' : JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
    return new SqlProblem(`${wanted} expected at ${at}, found ${found}`);
  }
}

function operandOf(kind: SqlToken['kind'], text: string): SqlNode | undefined {
  switch (kind) {
    case 'string':
      return { kind: 'constant', value: text };
    case 'decimal':
      return { kind: 'constant', value: decimalOf(text) };
    case 'float':
      return { kind: 'constant', value: floatOf(text) };
    case 'name':
      return { kind: 'property', name: text };
    case 'keyword':
      return text in literals ? { kind: 'constant', value: literals[text as keyof typeof literals] } : undefined;
    case 'symbol':
    case 'end':
      return undefined;
  }
}

const literals = { TRUE: true, FALSE: false, NULL: null } as const;

/** As Java: ConstantExpression.createFromDecimal. */
function decimalOf(text: string): SqlNumber {
  const value = BigInt(text.replace(/[lL]$/, ''));
  if (value > LONG_MAX) throw new SqlProblem(`${text} is greater than ${LONG_MAX}`);
  return value <= INT_MAX ? { type: 'int', value: Number(value) } : { type: 'long', value };
}

/** As Java, which takes its smallest positive double for the least one: zero cannot be written as a floating number. ConstantExpression.createFloat. */
function floatOf(text: string): SqlNumber {
  const value = Number(text);
  if (value > Number.MAX_VALUE) throw new SqlProblem(`${text} is greater than ${Number.MAX_VALUE}`);
  if (value < Number.MIN_VALUE) throw new SqlProblem(`${text} is less than ${Number.MIN_VALUE}`);
  return { type: 'double', value };
}

/** As Java: SelectorParser.asBooleanExpression. */
function condition(node: SqlNode): SqlNode {
  if (isCondition(node)) return node;
  if (node.kind === 'property') return { kind: 'cast', operand: node };
  throw new SqlProblem('a value stands where a condition is expected');
}

/** As Java: ComparisonExpression.createEqual. */
function equal(left: SqlNode, right: SqlNode): SqlNode {
  for (const side of [left, right]) {
    if (side.kind === 'constant' && side.value === null) throw new SqlProblem('NULL cannot be compared, IS NULL tests for it');
  }
  const both = left.kind === 'constant' && right.kind === 'constant';
  if (both && isCondition(left) && !isCondition(right)) throw new SqlProblem('TRUE and FALSE cannot be compared with another value');
  return { kind: 'compare', operator: '=', left, right };
}

/** As Java: ComparisonExpression.checkLessThanOperand. */
function ordered(operator: CompareOperator, left: SqlNode, right: SqlNode): SqlNode {
  for (const side of [left, right]) {
    const isOrdered = side.kind === 'constant' ? isNumber(side.value) : !isCondition(side);
    if (!isOrdered) throw new SqlProblem(`${operator} compares properties and numbers only`);
  }
  return { kind: 'compare', operator, left, right };
}
