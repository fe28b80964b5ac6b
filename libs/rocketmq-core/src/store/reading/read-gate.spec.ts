import { ReadGate } from './read-gate.js';

/** A read that ends when it is told to. */
function heldRead(log: string[], name: string) {
  let end!: () => void;
  let fail!: (error: Error) => void;
  const ended = new Promise<void>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const read = async () => {
    log.push(name);
    await ended;
    return name;
  };
  return { read, end, fail };
}

describe('ReadGate', () => {
  it('lets so many reads run at once, the others in their order', async () => {
    const gate = new ReadGate(2);
    const log: string[] = [];
    const reads = ['a', 'b', 'c', 'd'].map((name) => heldRead(log, name));
    const results = reads.map(({ read }) => gate.run(read));
    expect(log).toEqual(['a', 'b']);
    expect(gate.isFree).toBe(false);
    reads[1]?.end();
    await results[1];
    expect(log).toEqual(['a', 'b', 'c']);
    reads[0]?.end();
    await results[0];
    expect(log).toEqual(['a', 'b', 'c', 'd']);
    for (const { end } of reads) end();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
    expect(gate.isFree).toBe(true);
  });

  it('goes on after a read that failed', async () => {
    const gate = new ReadGate(1);
    const log: string[] = [];
    const [first, second] = [heldRead(log, 'a'), heldRead(log, 'b')];
    const results = [gate.run(first.read), gate.run(second.read)];
    first.fail(new Error('EIO'));
    await expect(results[0]).rejects.toThrow('EIO');
    second.end();
    expect(await results[1]).toBe('b');
    expect(gate.isFree).toBe(true);
  });
});
