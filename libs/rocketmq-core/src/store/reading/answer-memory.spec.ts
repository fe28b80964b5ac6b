import { AnswerMemory } from './answer-memory.js';

describe('AnswerMemory', () => {
  it('gives out what came back, in the size that is asked for', () => {
    const memory = new AnswerMemory();
    const first = memory.take(1000);
    const second = memory.take(1000);
    expect(second.bytes).not.toBe(first.bytes);
    first.release?.();
    expect(memory.take(100_000).bytes.length).toBe(256 * 1024);
    expect(memory.take(65_536).bytes).toBe(first.bytes);
  });

  it('takes the same memory back once', () => {
    const memory = new AnswerMemory();
    const { release } = memory.take(1);
    release?.();
    release?.();
    expect(memory.take(1).bytes).not.toBe(memory.take(1).bytes);
  });

  it('keeps no more than its share', () => {
    const memory = new AnswerMemory();
    const taken = Array.from({ length: 40 }, () => memory.take(1));
    for (const { release } of taken) release?.();
    const known = new Set(taken.map(({ bytes }) => bytes));
    const again = Array.from({ length: 40 }, () => memory.take(1).bytes);
    expect(again.filter((bytes) => known.has(bytes))).toHaveLength(32);
  });

  it('leaves what is larger to the collector', () => {
    expect(new AnswerMemory().take(300_000)).toMatchObject({ release: undefined });
  });
});
