import { perKind, type PerKind, type SqlSample } from './sql-samples.js';

/**
 * A second evaluator of SQL92 filters, to compare the real one with. It shares nothing with it: it walks what the expression was made of, at each
 * message anew, with Java's values as objects and Java's exceptions as exceptions.
 */

type Value =
  { readonly of: 'Integer' | 'Long'; readonly is: bigint } | { readonly of: 'Double'; readonly is: number } | Text | Truth | null;
interface Text {
  readonly of: 'String';
  readonly is: string;
}
interface Truth {
  readonly of: 'Boolean';
  readonly is: boolean;
}

class Refused extends Error {}
class Thrown extends Error {}

export type SimpleResult = boolean | null | 'failed' | 'refused';

export function simpleSql(sample: SqlSample, properties: ReadonlyMap<string, string>): SimpleResult {
  try {
    check(sample, true);
    const value = evaluate(sample, properties);
    // A property as the whole condition: its text is no boolean.
    if (value === null) return null;
    return value.of === 'Boolean' && value.is;
  } catch (error) {
    if (error instanceof Refused) return 'refused';
    if (error instanceof Thrown) return 'failed';
    throw error;
  }
}

const withoutSuffix = (text: string) => text.replace(/l$/i, '');
const isConstant = (sample: SqlSample): boolean =>
  ['number', 'keyword', 'string'].includes(sample.kind) || (sample.kind === 'plus' && isConstant(sample.operand));
const isProperty = (sample: SqlSample): boolean => sample.kind === 'property' || (sample.kind === 'plus' && isProperty(sample.operand));
function isTruth(sample: SqlSample): boolean {
  if (sample.kind === 'plus') return isTruth(sample.operand);
  return !['property', 'number', 'string', 'minus'].includes(sample.kind);
}
const nothing: ReadonlyMap<string, string> = new Map();
const refuseIf = (condition: boolean): void => {
  if (condition) throw new Refused();
};

const checkNothing = () => undefined;
const checkOperand = ({ operand }: { readonly operand: SqlSample }) => check(operand, false);
const checkBoth = ({ left, right }: { readonly left: SqlSample; readonly right: SqlSample }) => {
  check(left, true);
  check(right, true);
};

const checks: PerKind<[], void> = {
  and: checkBoth,
  or: checkBoth,
  not: ({ operand }) => check(operand, true),
  minus: checkOperand,
  plus: checkOperand,
  'null test': checkOperand,
  'text test': checkOperand,
  in: (sample) => {
    refuseIf(!isProperty(sample.operand));
    checkOperand(sample);
  },
  compare: ({ left, right, sign }) => {
    check(left, false);
    check(right, false);
    if (sign === '=' || sign === '<>') checkEqual(left, right);
    else checkOrder(left, right);
  },
  between: ({ value, low, high, not }) => checkBetween(value, low, high, not),
  number: ({ text }) => checkNumber(text),
  keyword: checkNothing,
  property: checkNothing,
  string: checkNothing,
};

/** What Java refuses while it parses. */
function check(sample: SqlSample, asCondition: boolean): void {
  if (asCondition) refuseIf(!isTruth(sample) && !isProperty(sample));
  perKind(checks, sample);
}

function checkNumber(text: string): void {
  if (/^\d+l?$/i.test(text)) refuseIf(BigInt(withoutSuffix(text)) > 2n ** 63n - 1n);
  else refuseIf(!Number.isFinite(Number(text)) || Number(text) === 0);
}

function checkEqual(left: SqlSample, right: SqlSample): void {
  for (const side of [left, right]) refuseIf(isConstant(side) && evaluate(side, nothing) === null);
  refuseIf(isConstant(left) && isConstant(right) && isTruth(left) && !isTruth(right));
}

function checkOrder(left: SqlSample, right: SqlSample): void {
  for (const side of [left, right]) refuseIf(isTruth(side) || (isConstant(side) && evaluate(side, nothing)?.of === 'String'));
}

function checkBetween(value: SqlSample, low: SqlSample, high: SqlSample, not: boolean): void {
  for (const one of [value, low, high]) check(one, false);
  checkOrder(value, low);
  checkOrder(value, high);
  if (not || !isConstant(low) || !isConstant(high)) return;
  const [from, to] = [evaluate(low, nothing), evaluate(high, nothing)];
  refuseIf(from !== null && to !== null && order(to, from) < 0);
}

type Properties = ReadonlyMap<string, string>;
const truth = (is: boolean): Value => ({ of: 'Boolean', is });

const values: PerKind<[Properties], Value> = {
  and: ({ left, right }, all) =>
    join(
      false,
      () => asTruth(left, all),
      () => asTruth(right, all),
    ),
  or: ({ left, right }, all) =>
    join(
      true,
      () => asTruth(left, all),
      () => asTruth(right, all),
    ),
  not: ({ operand }, all) => inverse(asTruth(operand, all)),
  minus: ({ operand }, all) => minus(evaluate(operand, all)),
  plus: ({ operand }, all) => evaluate(operand, all),
  compare: ({ sign, left, right }, all) => {
    if (sign === '=') return equal(evaluate(left, all), evaluate(right, all));
    if (sign === '<>') return inverse(equal(evaluate(left, all), evaluate(right, all)));
    return ordered(
      sign,
      () => evaluate(left, all),
      () => evaluate(right, all),
    );
  },
  'null test': ({ operand, not }, all) => truth((evaluate(operand, all) === null) !== not),
  between: ({ value, low, high, not }, all) => {
    const of = (one: SqlSample) => () => evaluate(one, all);
    const first = () => ordered(not ? '<' : '>=', of(value), of(low));
    return join(not, first, () => ordered(not ? '>' : '<=', of(value), of(high)));
  },
  in: ({ operand, texts, not }, all) => {
    const value = evaluate(operand, all);
    return value === null ? null : truth(texts.some((text) => text === value.is) !== not);
  },
  'text test': ({ word, operand, text, not }, all) => (text === '' ? truth(false) : textTest(word, evaluate(operand, all), text, not)),
  property: ({ name }, all) => {
    const is = all.get(name);
    return is === undefined ? null : { of: 'String', is };
  },
  keyword: ({ text }) => (text === 'NULL' ? null : truth(text.toLowerCase() === 'true')),
  string: ({ text }) => ({ of: 'String', is: text }),
  number: ({ text }) => number(text),
};

const evaluate = (sample: SqlSample, properties: Properties): Value => perKind(values, sample, properties);

function asTruth(sample: SqlSample, properties: ReadonlyMap<string, string>): Value {
  const value = evaluate(sample, properties);
  return value === null || value.of === 'Boolean' ? value : { of: 'Boolean', is: false };
}

function join(deciding: boolean, left: () => Value, right: () => Value): Value {
  const first = left();
  if (first?.is === deciding) return first;
  const second = right();
  if (second?.is === deciding) return second;
  return first === null || second === null ? null : { of: 'Boolean', is: !deciding };
}

const inverse = (value: Value): Value => (value === null ? null : { of: 'Boolean', is: value.is !== true });

function minus(value: Value): Value {
  if (value?.of === 'Double') return { of: 'Double', is: -value.is };
  return value?.of === 'Integer' || value?.of === 'Long' ? { of: value.of, is: -value.is } : null;
}

function number(text: string): Value {
  if (!/^\d+l?$/i.test(text)) return { of: 'Double', is: Number(text) };
  const is = BigInt(withoutSuffix(text));
  return { of: is < 2n ** 31n ? 'Integer' : 'Long', is };
}

function textTest(word: string, value: Value, text: string, not: boolean): Value {
  if (value?.of !== 'String') return { of: 'Boolean', is: false };
  const at = word === 'ENDSWITH' ? value.is.lastIndexOf(text) : value.is.indexOf(text);
  const found = word === 'CONTAINS' ? at >= 0 : word === 'ENDSWITH' ? at >= 0 && at + text.length === value.is.length : at === 0;
  return { of: 'Boolean', is: found !== not };
}

function equal(left: Value, right: Value): Value {
  if (left === null) return right === null ? { of: 'Boolean', is: true } : null;
  if (right === null) return { of: 'Boolean', is: false };
  return { of: 'Boolean', is: order(left, right) === 0 };
}

function ordered(sign: string, leftOf: () => Value, rightOf: () => Value): Value {
  const left = leftOf();
  if (left === null) return null;
  const right = rightOf();
  if (right === null) return null;
  const both = left.of === 'String' && right.of === 'String';
  const by = both ? order(parsed(left.is, 'Double'), parsed(right.is, 'Double')) : order(left, right);
  const is = by < 0 ? sign.startsWith('<') : by > 0 ? sign.startsWith('>') : sign.endsWith('=');
  return { of: 'Boolean', is };
}

type Present = Exclude<Value, null>;

function order(left: Present, right: Present): number {
  if (left.of === right.of) return same(left, right);
  if (left.of === 'Boolean') {
    if (right.of === 'String') throw new Thrown();
    return -1;
  }
  if (right.of === 'Boolean') return left.of === 'String' ? Number(left.is.toLowerCase() === 'true') - Number(right.is) : -1;
  if (left.of === 'String') return same(parsed(left.is, right.of), right);
  if (right.of === 'String') return same(left, parsed(right.is, left.of));
  if (left.of !== 'Double' && right.of !== 'Double') return left.is < right.is ? -1 : left.is > right.is ? 1 : 0;
  return same({ of: 'Double', is: Number(left.is) }, { of: 'Double', is: Number(right.is) });
}

function same(left: Present, right: Present): number {
  if (left.of === 'Double' && right.of === 'Double') {
    if (Number.isNaN(left.is) || Number.isNaN(right.is)) return Number(Number.isNaN(left.is)) - Number(Number.isNaN(right.is));
    if (Object.is(left.is, right.is)) return 0;
    if (left.is === right.is) return Object.is(left.is, -0) ? -1 : 1;
  }
  return left.is < right.is ? -1 : left.is > right.is ? 1 : 0;
}

/** Digits of other scripts, for the few that the samples have. */
const plainDigits = (text: string) =>
  text
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[０-９]/g, (digit) => String(digit.charCodeAt(0) - 0xff10));

function parsed(text: string, as: Present['of']): Present {
  if (as === 'Double') return { of: 'Double', is: double(text.trim()) };
  const digits = plainDigits(text);
  if (!/^[+-]?[0-9]+$/.test(digits)) throw new Thrown();
  const is = BigInt(digits.replace('+', ''));
  const limit = as === 'Integer' ? 2n ** 31n : 2n ** 63n;
  if (is < -limit || is >= limit) throw new Thrown();
  return { of: as === 'Integer' ? 'Integer' : 'Long', is };
}

function double(text: string): number {
  if (/^0x1p1$/.test(text)) return 2;
  const plain = text.replace(/^(.*[0-9.])[dfDF]$/, '$1');
  if (!/^[+-]?(NaN|Infinity|[0-9.]+(e[+-]?[0-9]+)?)$/i.test(plain) || (Number.isNaN(Number(plain)) && !/NaN$/.test(plain)))
    throw new Thrown();
  return Number(plain);
}
