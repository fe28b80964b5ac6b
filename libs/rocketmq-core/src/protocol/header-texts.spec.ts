import fc from 'fast-check';
import { HeaderTexts } from './header-texts.js';

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 50 });

describe('HeaderTexts', () => {
  it('gives plain texts as they are, whatever came before', () => {
    const texts = new HeaderTexts();
    fc.assert(
      fc.property(fc.stringMatching(/^[ !#-[\]-~]{0,70}$/), (text) => {
        const bytes = Buffer.from(`<${text}>`);
        expect(texts.plain(bytes, 1, bytes.length - 1)).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads escapes as JSON does', () => {
    const texts = new HeaderTexts();
    fc.assert(
      fc.property(fc.oneof(latin1, fc.string({ unit: 'binary' }), fc.string({ minLength: 5000, maxLength: 5100 })), (text) => {
        for (const json of [JSON.stringify(text), escapedAll(text)]) {
          const bytes = Buffer.from(json);
          expect(texts.escaped(bytes, 1, bytes.length - 1)).toBe(text);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('reads the escapes that nobody needs to write', () => {
    const json = Buffer.from('"\\/\\u0041\\u00fF\\b"');
    expect(new HeaderTexts().escaped(json, 1, json.length - 1)).toBe('/Aÿ\b');
  });
});

/** As fastjson writes characters that it is careful with. */
function escapedAll(text: string): string {
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}
