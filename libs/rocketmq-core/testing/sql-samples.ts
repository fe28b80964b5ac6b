import type { Random } from '../src/runtime/index.js';

/** An expression as it was made, before it is a text. */
export type SqlSample =
  | { readonly kind: 'and'; readonly left: SqlSample; readonly right: SqlSample }
  | { readonly kind: 'or'; readonly left: SqlSample; readonly right: SqlSample }
  | { readonly kind: 'not'; readonly operand: SqlSample }
  | { readonly kind: 'minus'; readonly operand: SqlSample }
  | { readonly kind: 'plus'; readonly operand: SqlSample }
  | { readonly kind: 'compare'; readonly sign: string; readonly left: SqlSample; readonly right: SqlSample }
  | { readonly kind: 'null test'; readonly operand: SqlSample; readonly not: boolean }
  | { readonly kind: 'between'; readonly value: SqlSample; readonly low: SqlSample; readonly high: SqlSample; readonly not: boolean }
  | { readonly kind: 'in'; readonly operand: SqlSample; readonly texts: readonly string[]; readonly not: boolean }
  | { readonly kind: 'text test'; readonly word: string; readonly operand: SqlSample; readonly text: string; readonly not: boolean }
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'keyword'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string };

const names = ['a', 'b', 'c', 'd', 'TAGS', '_x', '$y', 'missing'];
const numbers = ['0', '1', '2', '10', '7L', '2147483647', '2147483648', '9223372036854775807', '9223372036854775808']
  .concat(['1.0', '5.', '.5', '2.5', '1E1', '1e-2', '0.0', '1e400', '4.9E-324', '007.5', '10l', '2147483648.0', '9007199254740993'])
  .concat(['9007199254740992.0']);
const texts = ['', 'x', 'abc', "it's", '1', '2.5', 'true', 'TRUE', ' 1 ', '中文', 'a\u0301', '10'];
/** Separators cannot be in a value that was stored. */
const values = [
  'x',
  'abc',
  'abcabc',
  "it's",
  '1',
  '2',
  '01',
  '+1',
  '-1',
  '10',
  '2.5',
  '1.',
  '.5',
  '1e1',
  '5f',
  '0x10',
  '0x1p1',
  'NaN',
  '-0.0',
]
  .concat([
    '0.0',
    'Infinity',
    '-Infinity',
    'true',
    'TRUE',
    'False',
    ' 1 ',
    '2147483648',
    '-2147483648',
    '9223372036854775807',
    '9223372036854775808',
  ])
  .concat(['中文', '٤', '1_0', '١', '1e400', '9007199254740993', '1d', 'null', '-', '+', '.', '1e', '１２']);

/** Random expressions and messages, made to meet each other: few names, numbers at the edges of their types. */
export class SqlSamples {
  constructor(private readonly random: Random) {}

  properties(): Map<string, string> {
    const properties = new Map<string, string>();
    for (const name of names.slice(0, -1)) if (this.oneIn(4) === false) properties.set(name, this.one(values));
    return properties;
  }

  /** Mostly one that is accepted; sometimes a value where a condition belongs, or the other way round. */
  expression(depth = 4): SqlSample {
    if (this.oneIn(30)) return this.value(depth);
    if (depth > 0 && this.oneIn(2)) return this.joined(depth);
    return this.condition(depth - 1);
  }

  /** Tokens in any order. */
  soup(): string {
    const words = ['AND', 'or', 'NOT', 'in', 'IS', 'NULL', 'BETWEEN', 'TRUE', 'false', 'CONTAINS', 'startswith', 'EndsWith', 'LIKE'];
    const pieces = [
      ...words,
      ...names,
      ...numbers,
      '=',
      '<>',
      '<',
      '<=',
      '>',
      '>=',
      '(',
      ')',
      ',',
      '+',
      '-',
      "'x'",
      "''''",
      '/* c */',
      '-- c\n',
      '!',
      "'",
    ];
    return Array.from({ length: 1 + this.random.below(9) }, () => this.one(pieces)).join(this.one(['', ' ', '\n']));
  }

  private joined(depth: number): SqlSample {
    if (this.oneIn(4)) return { kind: 'not', operand: this.expression(depth - 1) };
    return { kind: this.one(['and', 'or']), left: this.expression(depth - 1), right: this.expression(depth - 1) };
  }

  private condition(depth: number): SqlSample {
    const not = this.oneIn(2);
    switch (this.random.below(8)) {
      case 0:
        return { kind: 'null test', operand: this.oneIn(3) ? this.expression(depth) : this.value(depth), not };
      case 1:
        return { kind: 'between', value: this.value(depth), low: this.value(depth), high: this.value(depth), not };
      case 2: {
        const list = Array.from({ length: 1 + this.random.below(7) }, () => this.one([...texts, ...values]));
        return { kind: 'in', operand: this.oneIn(12) ? this.value(depth) : this.property(), texts: list, not };
      }
      case 3:
        return {
          kind: 'text test',
          word: this.one(['CONTAINS', 'startswith', 'ENDSWITH']),
          operand: this.value(depth),
          text: this.one(texts),
          not,
        };
      case 4:
        return { kind: 'keyword', text: this.one(['TRUE', 'false', 'NULL', 'true']) };
      default:
        return {
          kind: 'compare',
          sign: this.one(['=', '=', '<>', '<', '<=', '>', '>=']),
          left: this.value(depth),
          right: this.value(depth),
        };
    }
  }

  private value(depth: number): SqlSample {
    switch (this.random.below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return { kind: 'number', text: this.one(numbers) };
      case 4:
        return { kind: 'string', text: this.one(texts) };
      case 5:
        return { kind: this.one(['minus', 'plus']), operand: depth > 0 ? this.value(depth - 1) : this.property() };
      case 6:
        return depth > 0 && this.oneIn(3) ? this.expression(depth - 1) : { kind: 'keyword', text: this.one(['TRUE', 'FALSE', 'NULL']) };
      default:
        return this.property();
    }
  }

  private property(): SqlSample {
    return { kind: 'property', name: this.one(names) };
  }

  private oneIn(count: number): boolean {
    return this.random.below(count) === 0;
  }

  private one<T>(all: readonly T[]): T {
    return all[this.random.below(all.length)] as T;
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** One function for each kind. */
export type PerKind<Context extends readonly unknown[], Result> = {
  readonly [K in SqlSample['kind']]: (sample: Extract<SqlSample, { kind: K }>, ...context: Context) => Result;
};

export function perKind<Context extends readonly unknown[], Result>(
  cases: PerKind<Context, Result>,
  sample: SqlSample,
  ...context: Context
): Result {
  return (cases[sample.kind] as (sample: SqlSample, ...context: Context) => Result)(sample, ...context);
}

const maybeNot = ({ not }: { readonly not: boolean }) => (not ? 'NOT ' : '');

const printed: PerKind<[], string> = {
  and: ({ left, right }) => `${operand(left)} AND ${operand(right)}`,
  or: ({ left, right }) => `${operand(left)} or ${operand(right)}`,
  not: (sample) => `NOT ${operand(sample.operand)}`,
  minus: (sample) => `- ${operand(sample.operand)}`,
  plus: (sample) => `+${operand(sample.operand)}`,
  compare: ({ left, sign, right }) => `${operand(left)}${sign}${operand(right)}`,
  'null test': (sample) => `${operand(sample.operand)} IS ${maybeNot(sample)}NULL`,
  between: (sample) => `${operand(sample.value)} ${maybeNot(sample)}BETWEEN ${operand(sample.low)} AND ${operand(sample.high)}`,
  in: (sample) => `${operand(sample.operand)} ${maybeNot(sample)}in(${sample.texts.map(quoted).join(', ')})`,
  'text test': (sample) => `${operand(sample.operand)} ${maybeNot(sample)}${sample.word} ${quoted(sample.text)}`,
  property: ({ name }) => name,
  number: ({ text }) => text,
  keyword: ({ text }) => text,
  string: ({ text }) => quoted(text),
};

export const printSql = (sample: SqlSample): string => perKind(printed, sample);

const simple: ReadonlySet<SqlSample['kind']> = new Set(['property', 'number', 'keyword', 'string']);
const operand = (sample: SqlSample): string => (simple.has(sample.kind) ? printSql(sample) : `(${printSql(sample)})`);
