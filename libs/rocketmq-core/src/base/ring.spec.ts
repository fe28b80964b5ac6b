import { Ring } from './ring.js';

describe('Ring', () => {
  it('keeps first-in first-out order while it wraps', () => {
    const ring = new Ring<number>(3);
    const out: (number | undefined)[] = [];
    for (let i = 0; i < 10; i += 1) {
      ring.push(i);
      ring.push(i + 100);
      out.push(ring.shift(), ring.shift());
    }
    expect(out).toEqual(Array.from({ length: 10 }, (_, i) => [i, i + 100]).flat());
  });

  it('refuses an element when full and is empty when drained', () => {
    const ring = new Ring<string>(2);
    expect([ring.push('a'), ring.push('b'), ring.push('c')]).toEqual([true, true, false]);
    expect(ring.peek()).toBe('a');
    expect([ring.shift(), ring.shift(), ring.shift(), ring.peek()]).toEqual(['a', 'b', undefined, undefined]);
    expect(ring.size).toBe(0);
  });
});
