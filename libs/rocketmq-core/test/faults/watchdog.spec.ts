import { FakeClock } from '../../testing/index.js';
import { Watchdog } from './watchdog.js';

describe('the watchdog of a run', () => {
  const clock = new FakeClock();

  it('is content while something changes, and reports when nothing does', async () => {
    let count = 0;
    const watchdog = new Watchdog({ clock, limitMs: 1e9, progress: () => ({ count, left: Infinity }) });
    for (; count < 5; count += 1) await clock.advance(90_000);
    expect(watchdog.faults).toEqual([]);
    await clock.advance(110_000);
    expect(watchdog.faults).toEqual(['nothing happens any more for 100000 ms: {"count":5,"left":null}']);
    await clock.advance(200_000);
    expect(watchdog.faults).toHaveLength(1);
    expect(clock.timerCount).toBe(0);
  });

  it('reports a run that goes on and on', async () => {
    const watchdog = new Watchdog({ clock, limitMs: 5000, progress: () => clock.monotonic() });
    await clock.advance(6000);
    expect(watchdog.faults).toEqual([expect.stringMatching(/^not over after 5000 ms: \d+$/)]);
  });

  it('says nothing after it was stopped', async () => {
    const watchdog = new Watchdog({ clock, limitMs: 5000, progress: () => 0 });
    watchdog.stop();
    await clock.advance(200_000);
    expect([watchdog.faults, clock.timerCount]).toEqual([[], 0]);
  });
});
