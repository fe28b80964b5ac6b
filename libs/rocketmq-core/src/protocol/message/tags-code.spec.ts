import { javaHashCode, tagsCodeOf } from './tags-code.js';

describe('tags code', () => {
  // Printed by String.hashCode() of a JVM.
  it.each([
    ['', 0],
    ['TagA', 2598919],
    ['polygenelubricants', -2147483648],
    ['中文', 646394],
    ['\u{1f600}', 1772899],
  ])('of %j is %d', (text, hash) => {
    expect(javaHashCode(text)).toBe(hash);
    expect(tagsCodeOf(text)).toBe(BigInt(hash));
  });

  it('is 0 without tags', () => {
    expect(tagsCodeOf(undefined)).toBe(0n);
  });
});
