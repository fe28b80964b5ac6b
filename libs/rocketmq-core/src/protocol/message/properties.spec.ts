import fc from 'fast-check';

import { appendProperty, parseProperties, printProperties, propertyOf, propertyProblem, removeProperty } from './properties.js';
import { isReservedProperty } from './property-name.js';

const nv = '\u0001';
const end = '\u0002';
const alphabet = fc.constantFrom('a', 'b', 'ab', nv, end);
const anyText = fc.array(alphabet, { maxLength: 40 }).map((parts) => parts.join(''));

describe('property text', () => {
  it.each([
    ['', {}],
    [`a${nv}b${end}`, { a: 'b' }],
    [`a${nv}b`, { a: 'b' }],
    [`a${nv}b${end}c${nv}d${end}`, { a: 'b', c: 'd' }],
    [`a${nv}${end}c${nv}d${end}`, { c: 'd' }],
    [`${nv}b${end}c${nv}d${end}`, { c: 'd' }],
    [`ab${end}c${nv}d${end}`, { c: 'd' }],
    [`abc${end}c${nv}d${end}`, { c: 'd' }],
    [`a${nv}b${nv}c${end}`, { a: `b${nv}c` }],
    [`a${nv}1${end}a${nv}2${end}`, { a: '2' }],
    [`${end}${end}a${nv}1${end}${end}`, { a: '1' }],
  ])('reads %j', (text, expected) => {
    expect(Object.fromEntries(parseProperties(text))).toEqual(expected);
  });

  it('prints every pair with its end', () => {
    expect(
      printProperties(
        new Map([
          ['TAGS', 'A'],
          ['中', '文'],
        ]),
      ),
    ).toBe(`TAGS${nv}A${end}中${nv}文${end}`);
  });

  it('finds single properties where the whole parse finds them', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom('a', 'b', 'ab', 'aba'), (text, name) => {
        expect(propertyOf(text, name)).toBe(parseProperties(text).get(name));
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back what it printed', () => {
    const part = fc.string({ minLength: 1 }).filter((text) => propertyProblem(text, text) === undefined);
    fc.assert(
      fc.property(fc.array(fc.tuple(part, part)), (pairs) => {
        expect(parseProperties(printProperties(new Map(pairs)))).toEqual(new Map(pairs));
      }),
    );
  });

  it('appends and removes without touching the other pairs', () => {
    expect(appendProperty('', 'a', '1')).toBe(`a${nv}1${end}`);
    expect(appendProperty(`b${nv}2`, 'a', '1')).toBe(`b${nv}2${end}a${nv}1${end}`);
    expect(removeProperty(`b${nv}2${end}a${nv}1${end}`, 'a')).toBe(`b${nv}2${end}`);
    expect(removeProperty(`xa${nv}2${end}`, 'a')).toBe(`xa${nv}2${end}`);
    fc.assert(
      fc.property(anyText, (text) => {
        const expected = parseProperties(text);
        expected.delete('a');
        expect(parseProperties(removeProperty(text, 'a'))).toEqual(expected);
        expect(propertyOf(appendProperty(text, 'ab', 'new'), 'ab')).toBe('new');
      }),
    );
  });

  it('says which pairs cannot be stored', () => {
    expect(propertyProblem('a', '')).toBeDefined();
    expect(propertyProblem('', 'b')).toBeDefined();
    expect(propertyProblem(`a${nv}`, 'b')).toBeDefined();
    expect(propertyProblem('a', `b${end}`)).toBeDefined();
  });

  it('takes linear time on a text without separators inside items', () => {
    const text = `${'aa\u0002'.repeat(500_000)}a\u0001b`;
    expect(parseProperties(text).get('a')).toBe('b');
  });

  it('reserves the names of the system', () => {
    expect([isReservedProperty('KEYS'), isReservedProperty('UNIQ_KEY'), isReservedProperty('color')]).toEqual([true, true, false]);
  });
});
