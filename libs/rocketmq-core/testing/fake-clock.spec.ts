import { FakeClock } from './fake-clock.js';

describe('FakeClock', () => {
  it('runs due timers in order and lets promises settle in between', async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    clock.after(20, () => seen.push(`b at ${clock.monotonic()}`));
    clock.after(10, () => {
      void Promise.resolve().then(() => {
        seen.push(`a at ${clock.monotonic()}`);
        clock.after(5, () => seen.push(`c at ${clock.monotonic()}`));
      });
    });
    const cancelled = clock.after(15, () => seen.push('never'));
    cancelled.cancel();
    await clock.advance(19);
    expect(seen).toEqual(['a at 10', 'c at 15']);
    await clock.advance(1);
    expect(seen).toEqual(['a at 10', 'c at 15', 'b at 20']);
    expect(clock.timerCount).toBe(0);
  });

  it('moves wall clock and monotonic time together, except for jumps', async () => {
    const clock = new FakeClock(1000);
    await clock.advance(50);
    clock.jump(-500);
    expect([clock.now(), clock.monotonic()]).toEqual([550, 50]);
  });

  it('runs nextTurn without any advance', async () => {
    const clock = new FakeClock();
    const seen: number[] = [];
    clock.nextTurn(() => {
      seen.push(1);
      clock.nextTurn(() => seen.push(2));
    });
    expect(seen).toEqual([]);
    await clock.settle();
    expect(seen).toEqual([1, 2]);
  });
});
