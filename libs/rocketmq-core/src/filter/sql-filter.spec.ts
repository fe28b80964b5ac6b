import { printProperties } from '../protocol/index.js';
import { compileSql, type SqlFilter } from './sql-filter.js';
import { sqlLimits } from './sql-limits.js';

const properties = new Map(
  Object.entries({
    a: '1',
    ten: '10',
    s: "x'y",
    t: 'True',
    d: '5.5',
    f: '1f',
    long: '9223372036854775807',
    big: '3000000000',
    text: 'abc',
    nan: 'NaN',
    $x_1: 'v',
    arabic: '٤٢',
    spaced: ' 7 ',
    hex: '0x1.8p1',
    upper: 'ABC',
  }),
);
const compiled = (expression: string): SqlFilter => {
  const compilation = compileSql(expression);
  if (compilation.kind === 'refused') throw new Error(`${expression}: ${compilation.reason}`);
  return compilation.filter;
};
const valueOf = (expression: string) => compiled(expression).evaluate((name) => properties.get(name));
const reasonOf = (expression: string) => {
  const compilation = compileSql(expression);
  return compilation.kind === 'refused' ? compilation.reason : undefined;
};

// Every value here is what Apache's SqlFilter 5.5.0 answers for these properties.
describe('what an expression is worth', () => {
  it.each([
    ['a = 1', true],
    ['a = 2', false],
    ['a <> 2', true],
    ['a > 0', true],
    ['a >= 1', true],
    ['a < 1', false],
    ['a <= 1', true],
    ['5 > a', true],
    ['ten > 9', true],
    ["text = 'abc'", true],
    ["text <> 'abd'", true],
    ["'abc' = text", true],
    ["s = 'x''y'", true],
    ["s = ''", false],
    ['t = TRUE', true],
    ['t = FALSE', false],
    ['TRUE = t', 'failed'],
    ['5 = TRUE', false],
    ['a = 1 = TRUE', true],
    ['$x_1 IS NOT NULL', true],
  ])('compares: %s', (expression, expected) => expect(valueOf(expression)).toBe(expected));

  it.each([
    ['d > 5', 'failed'],
    ['d > 5.0', true],
    ['a = 1.0', true],
    ['a > -5', true],
    ['a = +1', true],
    ['a = - - 1', true],
    ['-a = 1', null],
    ['-(5) = -5', true],
    ['f > 0', 'failed'],
    ['f > 0.5', true],
    ['big > 1', 'failed'],
    ['big > 1L', 'failed'],
    ['big > 3000000000', false],
    ['big >= 3000000000', true],
    ['long = 9223372036854775807', true],
    ['long > 9223372036854775806', true],
    ['long = 9223372036854775807L', true],
    ['arabic = 42', true],
    ['spaced = 7', 'failed'],
    ['spaced = 7.0', true],
    ['hex = 3.0', true],
    ['nan > 1e300', true],
    ['nan = nan', true],
    ['text > 1', 'failed'],
    ['a > ten', false],
    ['text > a', 'failed'],
    ['5. > a', true],
    ['.5 < a', true],
    ['5E-1 < a', true],
    ['1 = 1L', true],
    ['1.5 > 1', true],
    ['12345678901L = 12345678901.0', true],
  ])('converts numbers: %s', (expression, expected) => expect(valueOf(expression)).toBe(expected));

  it.each([
    ['none = 1', null],
    ["'x' = none", false],
    ['none = nothing', true],
    ['none > 1', null],
    ['none > nothing', null],
    ['none IS NULL', true],
    ['none IS NOT NULL', false],
    ['a IS NULL', false],
    ['(none = 1) IS NULL', true],
    ['NULL', null],
    ['NULL AND a = 1', null],
    ['NULL AND a = 2', false],
    ['NULL OR a = 1', true],
    ['NULL OR a = 2', null],
    ['NOT (none = 1)', null],
    ['none = 1 OR a = 1', true],
    ['none = 1 AND a = 2', false],
    ['none', null],
    ['a', false],
    ['t', false],
    ['TRUE', true],
    ['NOT TRUE', false],
    ['NOT a = 1', false],
    ['NOT (a = 2)', true],
    ['NOT NOT TRUE', true],
    ['a IS NULL IS NULL', false],
  ])('knows the unknown: %s', (expression, expected) => expect(valueOf(expression)).toBe(expected));

  it.each([
    ['a BETWEEN 1 AND 1', true],
    ['a BETWEEN 2 AND 3', false],
    ['a NOT BETWEEN 2 AND 3', true],
    ['a NOT BETWEEN 3 AND 2', true],
    ['a BETWEEN -1 AND ten', true],
    ['none BETWEEN 1 AND 2', null],
    ['5 BETWEEN 1 AND 7', true],
    ["text IN ('abc')", true],
    ["text IN ('x', 'y', 'z', 'u', 'v', 'abc')", true],
    ["text NOT IN ('x')", true],
    ["none IN ('x')", null],
    ["none NOT IN ('x')", null],
    ["text CONTAINS 'b'", true],
    ["text NOT CONTAINS 'b'", false],
    ["none CONTAINS 'b'", false],
    ["none NOT CONTAINS 'b'", false],
    ["text CONTAINS ''", false],
    ["text NOT CONTAINS ''", false],
    ["text STARTSWITH 'ab'", true],
    ["text NOT STARTSWITH 'b'", true],
    ["text ENDSWITH 'bc'", true],
    ["text NOT ENDSWITH 'bc'", false],
    ["'abc' CONTAINS 'b'", true],
    ["5 CONTAINS '5'", false],
  ])('has ranges, lists and text tests: %s', (expression, expected) => expect(valueOf(expression)).toBe(expected));

  it.each([
    ['a=1 OR a=2 AND a=3', true],
    ['(a=1 OR a=2) AND a=3', false],
    ['A = 1', null],
    ["Text = 'abc'", null],
    ['a = 1 and not (a = 2) oR false', true],
    ["text in ('abc') AnD none is null", true],
    ['a = 1 -- and so on\n AND TRUE', true],
    ['a /* b */ = /* c * d */ 1', true],
    ['a\t=\r\n1\f', true],
    ['TRUE OR text > a', true],
    ['text > a OR TRUE', 'failed'],
    ['FALSE AND text > a', false],
    ['-(text > a) = 1', 'failed'],
    ["(text > a) CONTAINS 'x'", 'failed'],
    ['(text > a) IS NULL', 'failed'],
    ['none > -(text > a)', null],
  ])('has an order: %s', (expression, expected) => expect(valueOf(expression)).toBe(expected));
});

describe('what is no expression', () => {
  it.each([
    ['', /a value or a property expected at 0, found the end/],
    ['   ', /found the end/],
    ['a =', /found the end/],
    ['a = 1)', /the end expected at 5, found "\)"/],
    ['(a = 1', /\) expected/],
    ["a LIKE 'x%'", /the end expected at 2, found "LIKE"/],
    ['a + 1 = 2', /the end expected/],
    ['a = 1 + 1', /the end expected/],
    ['a * 2 = 2', /character "\*"/],
    ['a = 007', /the end expected at 5/],
    ['a = 0x10', /the end expected/],
    ['a == 1', /expected/],
    ['a != 1', /character "!"/],
    ['a = "x"', /character/],
    ["a = 'x", /the string at 4 has no end/],
    ["'a''", /no end/],
    ['a = 1 /* x', /character "\/"/],
    ['é = 1', /character "é" at 0/],
    ['a.b = 1', /character "\." at 1/],
    ['CONTAINS = 1', /a value or a property expected/],
    ['a CONTAINS b', /a string expected/],
    ['a IN ()', /a string expected/],
    ['a IN (1)', /a string expected/],
    ["a IN ('x' 'y')", /\) or , expected/],
    ["5 IN ('x')", /a property is expected/],
    ['a NOT', /BETWEEN, IN/],
    ['a IS 1', /NULL expected/],
    ['a BETWEEN 1 OR 2', /AND expected/],
    ['a BETWEEN 5 AND 1', /greater/],
    ["a BETWEEN 'x' AND 'y'", /compares properties and numbers/],
    ["a > 'x'", /compares properties and numbers/],
    ['a > TRUE', /compares properties and numbers/],
    ['a > (a = 1)', /compares properties and numbers/],
    ['a = NULL', /IS NULL tests/],
    ['TRUE = 5', /cannot be compared/],
    ['5', /a condition is expected/],
    ["'x' AND TRUE", /a condition is expected/],
    ['NOT 5', /a condition is expected/],
    ['-a', /a condition is expected/],
    ['a = 0.0', /is less than/],
    ['a = 1e-400', /is less than/],
    ['a = 1e400', /is greater than/],
    ['a = 9223372036854775808', /is greater than/],
    ['a = -9223372036854775808', /is greater than/],
  ])('%j', (expression, reason) => expect(reasonOf(expression)).toMatch(reason));
});

describe('the limits', () => {
  const { depthMax, listLengthMax, textLengthMax, tokensMax } = sqlLimits;
  const nested = (depth: number) => `${'('.repeat(depth - 1)}TRUE${')'.repeat(depth - 1)}`;
  const list = (count: number) => `a IN (${Array.from({ length: count }, () => "''").join()})`;
  const chain = (count: number) => Array.from({ length: count }, () => 'a').join(' OR ');

  it.each([
    ['levels', nested(depthMax), nested(depthMax + 1)],
    ['signs', `a = ${'-'.repeat(depthMax - 1)} 1`.replaceAll('--', '- -'), `a = ${'- '.repeat(depthMax)}1`],
    ['values of IN', list(listLengthMax), list(listLengthMax + 1)],
    ['tokens', chain(tokensMax / 2), chain(tokensMax / 2 + 1)],
    ['characters', `a = '${'x'.repeat(textLengthMax - 6)}'`, `a = '${'x'.repeat(textLengthMax - 5)}'`],
  ])('holds %s', (_, inside, outside) => {
    expect(reasonOf(inside)).toBeUndefined();
    expect(reasonOf(outside)).toMatch(/at most \d+ are allowed/);
  });

  it('refuses the largest input that a frame can carry as fast as a small one', () => {
    expect(reasonOf('('.repeat(16_000_000))).toMatch(/characters, at most 4096/);
  });
});

describe('SqlFilter.matches', () => {
  const text = printProperties(properties);
  it('takes only what is true', () => {
    expect(['a = 1', 'a = 2', 'none = 1', 'text > a'].map((expression) => compiled(expression).matches(text))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('finds many properties as it finds few', () => {
    expect(compiled("a=1 AND ten=10 AND t=TRUE AND d=5.5 AND text='abc' AND none IS NULL").matches(text)).toBe(true);
  });
});
