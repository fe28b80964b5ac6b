import { isProtocolViolation, ProtocolViolation } from '../base/index.js';
import { defaultFrameLimits } from './frame-limits.js';
import { parseJsonHeader } from './header-json.js';

const parse = (text: string) => parseJsonHeader(text, defaultFrameLimits);

describe('the JSON header of a peer', () => {
  it('may hold the keys in any order, unknown ones, and nulls', () => {
    const header = parse(
      '{"version":433,"opaque":-7,"surprise":{"a":[1]},"language":"GO","remark":null,"extFields":null,"flag":2,"code":11}',
    );
    expect(header).toEqual({ code: 11, language: 'GO', version: 433, opaque: -7, flag: 2, remark: undefined, ext: undefined });
  });

  it('may lack keys: numbers are 0 then, as in Java', () => {
    expect(parse('{}')).toEqual({ code: 0, language: undefined, version: 0, opaque: 0, flag: 0, remark: undefined, ext: undefined });
  });

  it('may hold numbers in quotes', () => {
    expect(parse('{"code":"105","version":"-1"}')).toMatchObject({ code: 105, version: -1 });
  });

  it('may name a language that nobody knows', () => {
    expect(parse('{"language":"COBOL"}').language).toBeUndefined();
    expect(parse('{"language":"toString"}').language).toBeUndefined();
  });

  it('may hold ext values that are not in quotes; null is none', () => {
    const { ext } = parse('{"extFields":{"a":1,"b":true,"c":null,"d":"\\u4e2d\\u0001","e":-1.5}}');
    expect([...(ext ?? [])]).toEqual([
      ['a', '1'],
      ['b', 'true'],
      ['d', '中\u0001'],
      ['e', '-1.5'],
    ]);
  });

  it('cannot reach the prototype of anything', () => {
    const { code, ext } = parse('{"__proto__":{"code":5},"extFields":{"__proto__":"x","constructor":"y"}}');
    expect(code).toBe(0);
    expect(ext?.get('__proto__')).toBe('x');
    expect(ext?.get('constructor')).toBe('y');
    expect(ext?.size).toBe(2);
  });

  it.each([
    '',
    'null',
    '[]',
    '"x"',
    '{"code":10',
    '{code:10}',
    '{"code":1.5}',
    '{"code":2147483648}',
    '{"opaque":true}',
    '{"opaque":"1e3"}',
    '{"flag":{}}',
    '{"extFields":{"a":{}}}',
    `{"extFields":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`,
  ])('is refused: %.40s', (text) => {
    expect(() => parse(text)).toThrow(ProtocolViolation);
  });

  it('is refused with more ext fields than allowed', () => {
    const header = (count: number) =>
      JSON.stringify({ extFields: Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v'])) });
    expect(parse(header(256)).ext?.size).toBe(256);
    expect(() => parse(header(257))).toThrow('more than 256 ext fields');
  });

  it('survives nesting as deep as a header can hold', () => {
    const depth = 100_000;
    try {
      expect(parse(`{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`).code).toBe(0);
    } catch (error) {
      expect(isProtocolViolation(error)).toBe(true);
    }
  });
});
