import fc from 'fast-check';
import type { Frame } from '../protocol/index.js';
import { type PendingCall, PendingTable } from './pending-table.js';

/** @returns its opaque */
function add(table: PendingTable, call: Omit<PendingCall, 'opaque'>): number {
  const opaque = table.nextOpaque();
  table.wait({ ...call, opaque });
  return opaque;
}

const frameOf = (opaque: number) => ({ opaque }) as Frame;

describe('PendingTable', () => {
  const log: string[] = [];
  const call = (name: string, deadlineMs: number) => ({
    deadlineMs,
    answered: () => void log.push(`${name} answered`),
    failed: (why: string) => void log.push(`${name} ${why}`),
  });
  beforeEach(() => void log.splice(0));

  it('gives the answer to the call with that opaque, once', () => {
    const table = new PendingTable();
    const a = add(table, call('a', 10));
    const b = add(table, call('b', 10));
    expect(a).not.toBe(b);
    expect(table.answer(frameOf(b))).toBe(true);
    expect(table.answer(frameOf(b))).toBe(false);
    expect(log).toEqual(['b answered']);
    expect(table.size).toBe(1);
  });

  it('expires what is due and names the next deadline', () => {
    const table = new PendingTable();
    add(table, call('late', 30));
    add(table, call('early', 10));
    add(table, call('middle', 20));
    expect(table.expire(15)).toBe(20);
    expect(log).toEqual(['early expired']);
    expect(table.expire(30)).toBe(Infinity);
    expect(table.size).toBe(0);
  });

  it('fails all on close, and none that was withdrawn', () => {
    const table = new PendingTable();
    add(table, call('a', 10));
    table.withdraw(add(table, call('b', 10)));
    table.failAll();
    expect(log).toEqual(['a closed']);
  });

  it('allows a call that fails to start another one', () => {
    const table = new PendingTable();
    add(table, { ...call('first', 10), failed: () => void add(table, call('second', 10)) });
    table.expire(10);
    expect(table.size).toBe(1);
    expect(table.expire(10)).toBe(Infinity);
    expect(log).toEqual(['second expired']);
  });

  it('keeps calls of any age apart, however many there are', () => {
    const answered: number[] = [];
    const steps = fc.array(fc.record({ kind: fc.constantFrom('add', 'add', 'answer', 'withdraw', 'stranger'), pick: fc.nat() }), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const table = new PendingTable();
        const waiting: { opaque: number; id: number }[] = [];
        for (const [id, { kind, pick }] of all.entries()) {
          const [one] = kind === 'add' ? [] : waiting.splice(pick % Math.max(1, waiting.length), kind === 'stranger' ? 0 : 1);
          if (kind === 'add') {
            const opaque = add(table, { ...call('', 0), answered: () => void answered.push(id) });
            expect(waiting.map((other) => other.opaque)).not.toContain(opaque);
            waiting.push({ opaque, id });
          } else if (kind === 'stranger') expect(table.answer(frameOf(-1 - pick))).toBe(false);
          else if (one !== undefined && kind === 'withdraw') table.withdraw(one.opaque);
          else if (one !== undefined) {
            expect(table.answer(frameOf(one.opaque))).toBe(true);
            expect(answered.pop()).toBe(one.id);
          }
          expect(table.size).toBe(waiting.length);
        }
      }),
      { numRuns: 100 },
    );
  });
});
