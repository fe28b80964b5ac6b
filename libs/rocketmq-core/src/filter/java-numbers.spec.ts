import { compareDoubles, doubleOf, integerOf, longOf } from './java-numbers.js';

// What Integer.valueOf, Long.valueOf and Double.valueOf of Java 17 answer; undefined where they throw.
describe('numbers as Java reads them', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['+7', 7],
    ['-2147483648', -2147483648],
    ['2147483647', 2147483647],
    ['2147483648', undefined],
    ['-2147483649', undefined],
    ['00000000000000000012', 12],
    ['', undefined],
    ['+', undefined],
    ['-', undefined],
    [' 1', undefined],
    ['1.0', undefined],
    ['1L', undefined],
    ['--1', undefined],
    ['٤٢', 42],
    ['۶۹', 69],
    ['７', 7],
    ['1٤', 14],
    ['½', undefined],
    ['𝟏', undefined],
  ])('int %j', (text, expected) => expect(integerOf(text)).toBe(expected));

  it.each([
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775808', undefined],
    ['-9223372036854775809', undefined],
    ['000000000000000000000000000000', 0n],
    ['-000000000000000000000000000005', -5n],
    ['99999999999999999999999', undefined],
    ['123456789012345', 123456789012345n],
    ['-1234567890123456', -1234567890123456n],
    ['12x', undefined],
  ])('long %j', (text, expected) => expect(longOf(text)).toBe(expected));

  it.each([
    ['5', 5],
    ['5.', 5],
    ['.5', 0.5],
    ['-5e-1', -0.5],
    ['1e400', Infinity],
    ['-0.0', -0],
    ['NaN', NaN],
    ['-NaN', NaN],
    ['+Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['Infinityf', undefined],
    ['infinity', undefined],
    ['1d', 1],
    ['1.5F', 1.5],
    ['\u0001 \t7\n', 7],
    ['\u00a07', undefined],
    ['1e', undefined],
    ['.', undefined],
    ['', undefined],
    ['0x10', undefined],
    ['0x10p0', 16],
    ['0x1.8p1', 3],
    ['-0X.8P1d', -1],
    ['0x1.fffffffffffff8p0', 2],
    ['0x1.fffffffffffff7p0', 1.9999999999999998],
    ['0x1.00000000000008p0', 1],
    ['0x1.00000000000018p0', 1.0000000000000004],
    ['0x1p1023', 2 ** 1023],
    ['0x1p1024', Infinity],
    ['0x1p-1074', 5e-324],
    ['0x1p-1075', 0],
    ['0x1.8p-1075', 5e-324],
    ['0x3p-1075', 1e-323],
    ['0x0p99999999999', 0],
    ['0xp1', undefined],
    ['1_0', undefined],
  ])('double %j', (text, expected) => expect(doubleOf(text)).toBe(expected));

  it('reads long texts that are no numbers in linear time', () => {
    const digits = '1'.repeat(32_000);
    expect([integerOf(digits), longOf(digits), doubleOf(`${digits}x`), doubleOf(`0x${digits}x`)]).toEqual(Array(4).fill(undefined));
  });

  it('orders doubles as Double.compareTo', () => {
    const inOrder = [-Infinity, -1, -0, 0, 1, Infinity, NaN];
    for (const [i, left] of inOrder.entries())
      for (const [j, right] of inOrder.entries()) expect(Math.sign(compareDoubles(left, right))).toBe(Math.sign(i - j));
  });
});
