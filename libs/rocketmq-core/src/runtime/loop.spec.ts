import { FakeClock } from '../../testing/fake-clock.js';
import { deferred } from '../base/index.js';
import type { LogLevel } from './logger.js';
import { Loop } from './loop.js';

describe('Loop', () => {
  const setUp = (run: () => void | Promise<void>, initialDelayMs?: number) => {
    const clock = new FakeClock();
    const lines: [LogLevel, string, unknown][] = [];
    const logger = { log: (level: LogLevel, message: string, fields?: unknown) => void lines.push([level, message, fields]) };
    const loop = new Loop({
      name: 'test loop',
      clock,
      logger,
      periodMs: 100,
      run,
      ...(initialDelayMs === undefined ? {} : { initialDelayMs }),
    });
    return { clock, lines, loop };
  };

  it('runs after the initial delay and then with a pause between the end of a run and the next', async () => {
    const starts: number[] = [];
    const { clock, loop } = setUp(() => void starts.push(clock.monotonic()), 10);
    const origin = clock.monotonic();
    loop.start();
    loop.start();
    await clock.advance(250);
    await loop.stop();
    await clock.advance(1000);
    expect(starts.map((start) => start - origin)).toEqual([10, 110, 210]);
  });

  it('never runs twice at the same time and misses no kick', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const gates = [deferred<void>(), deferred<void>()];
    const { clock, loop } = setUp(async () => {
      running += 1;
      most = Math.max(most, running);
      await gates[runs]?.promise;
      runs += 1;
      running -= 1;
    });
    loop.start();
    loop.kick();
    loop.kick();
    loop.kick();
    gates[0]?.resolve();
    await clock.advance(0);
    expect(runs).toBe(1);
    gates[1]?.resolve();
    await clock.advance(0);
    expect([runs, most]).toEqual([2, 1]);
    await loop.stop();
  });

  it('goes on after an error and logs it', async () => {
    let runs = 0;
    const { clock, lines, loop } = setUp(() => {
      runs += 1;
      throw new Error('no luck');
    });
    loop.start();
    await clock.advance(200);
    await loop.stop();
    expect(runs).toBe(2);
    expect(lines[0]).toEqual(['error', 'test loop failed', { error: 'no luck' }]);
  });

  it('waits for the current run when it stops, and starts none afterwards', async () => {
    const gate = deferred<void>();
    let ended = false;
    const { loop } = setUp(async () => {
      await gate.promise;
      ended = true;
    });
    loop.start();
    loop.kick();
    const stopped = loop.stop().then(() => ended);
    loop.kick();
    gate.resolve();
    expect(await stopped).toBe(true);
  });
});
