import { printPropertiesText, readPropertiesText } from './properties-file.js';

const entries = (text: string) => [...readPropertiesText(text)];

describe('readPropertiesText', () => {
  it('reads rows with =, : and blanks as separators', () => {
    expect(entries('a=1\nb: 2\nc 3\nd\t=\t4\n')).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
      ['d', '4'],
    ]);
  });
  it('leaves out comments and empty lines, also indented ones', () => {
    expect(entries('# a=1\n  ! b=2\n\n   \nc=3')).toEqual([['c', '3']]);
  });
  it('keeps blanks at the end of a value and separators inside it', () => {
    expect(entries('url = http://x:1/?a=b  ')).toEqual([['url', 'http://x:1/?a=b  ']]);
  });
  it('joins continued lines, but not after an escaped backslash', () => {
    expect(entries('a=1,\\\n   2,\\\n   3\nb=c\\\\\nd=e')).toEqual([
      ['a', '1,2,3'],
      ['b', 'c\\'],
      ['d', 'e'],
    ]);
  });
  it('resolves escapes', () => {
    expect(entries('a\\ b\\==\\t\\u4E2D\\q')).toEqual([['a b=', '\t中q']]);
  });
  it('takes the last of several rows and keys without a value', () => {
    expect(entries('a=1\na=2\nb\nc=')).toEqual([
      ['a', '2'],
      ['b', ''],
      ['c', ''],
    ]);
  });
  it('reads lines that end in CR LF and CR', () => {
    expect(entries('a=1\r\nb=2\rc=3')).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
  });
});

describe('printPropertiesText', () => {
  it('prints what reads back the same', () => {
    const properties = new Map([
      ['plain', 'value'],
      ['a key:with=all#of!it', ' leading, inner blanks '],
      ['text', 'line\nbreak\ttab\\ 中文'],
      ['empty', ''],
    ]);
    expect(readPropertiesText(printPropertiesText(properties))).toEqual(properties);
  });
  it('writes like Java: upper-case escapes, escaped separators', () => {
    expect(printPropertiesText(new Map([['a b', 'x=中']]))).toBe('a\\ b=x\\=\\u4E2D\n');
  });
});
