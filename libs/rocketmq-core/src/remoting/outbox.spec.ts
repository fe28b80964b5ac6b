import { FakeClock, streamPair } from '../../testing/index.js';
import { Budget } from './budget.js';
import { defaultLimits } from './config.js';
import { Outbox, TurnFlush } from './outbox.js';

function outbox(promptSize: number) {
  const clock = new FakeClock();
  const [stream, peer] = streamPair(clock);
  const arrived: Buffer[] = [];
  peer.attach({ data: (bytes) => void arrived.push(bytes), drained: () => undefined, closed: () => undefined });
  const writes: number[] = [];
  const write = stream.write.bind(stream);
  stream.write = (buffers, written) => {
    writes.push(buffers.length);
    write(buffers, written);
  };
  const budget = new Budget(defaultLimits.outputBytesTotalMax);
  const box = new Outbox({ stream, turns: new TurnFlush(clock), budget, limits: defaultLimits, promptSize });
  return { box, writes, clock, arrived: () => Buffer.concat(arrived).toString() };
}

describe('an outbox', () => {
  it('writes at the end of the turn what the turn has gathered', async () => {
    const { box, writes, clock, arrived } = outbox(Infinity);
    for (const text of ['abc', 'def', 'ghi', 'jkl']) box.add([Buffer.from(text)]);
    expect(writes).toEqual([]);
    await clock.settle();
    expect(writes).toEqual([4]);
    expect(arrived()).toBe('abcdefghijkl');
  });

  it('writes at once what is as much as does not wait, the rest at the end of the turn, all in order', async () => {
    const { box, writes, clock, arrived } = outbox(6);
    for (const text of ['abc', 'def', 'ghi', 'jkl', 'mno']) box.add([Buffer.from(text)]);
    expect(writes).toEqual([2, 2]);
    await clock.settle();
    expect(writes).toEqual([2, 2, 1]);
    expect(arrived()).toBe('abcdefghijklmno');
    box.add([Buffer.from('next turn')]);
    expect(writes).toEqual([2, 2, 1, 1]);
  });
});
