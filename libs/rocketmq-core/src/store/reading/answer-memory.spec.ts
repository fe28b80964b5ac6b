import { AnswerMemory } from './answer-memory.js';

describe('AnswerMemory', () => {
  it('gives out what came back, in the size that is asked for', () => {
    const memory = new AnswerMemory();
    const first = memory.take(20_000);
    const second = memory.take(20_000);
    expect(second.bytes).not.toBe(first.bytes);
    first.release?.();
    expect(memory.take(100_000).bytes.length).toBe(256 * 1024);
    expect(memory.take(65_536).bytes).toBe(first.bytes);
  });

  it('takes the same memory back once', () => {
    const memory = new AnswerMemory();
    const { release } = memory.take(20_000);
    release?.();
    release?.();
    expect(memory.take(20_000).bytes).not.toBe(memory.take(20_000).bytes);
  });

  it('keeps no more than its share', () => {
    const memory = new AnswerMemory();
    const taken = Array.from({ length: 40 }, () => memory.take(20_000));
    for (const { release } of taken) release?.();
    const known = new Set(taken.map(({ bytes }) => bytes));
    const again = Array.from({ length: 40 }, () => memory.take(20_000).bytes);
    expect(again.filter((bytes) => known.has(bytes))).toHaveLength(32);
  });

  it('leaves what is larger, and what is small, to the collector', () => {
    const memory = new AnswerMemory();
    for (const size of [300_000, 1000]) expect(memory.take(size)).toMatchObject({ release: undefined });
    expect(memory.take(1000).bytes.length).toBe(1000);
    expect(memory.take(5000).bytes.length).toBe(16 * 1024);
  });
});
