import { EventEmitter } from 'node:events';
import { FakeClock } from '../../testing/fake-clock.js';
import { deferred } from '../base/index.js';
import type { LogLevel } from '../runtime/index.js';
import { runService, type Service } from './service-run.js';

class FakeService implements Service {
  readonly calls: string[] = [];
  readonly started = deferred<void>();
  readonly stopped = deferred<void>();
  readonly stopCalled = deferred<void>();
  fail: (reason: string) => void = () => undefined;

  start(): Promise<void> {
    this.calls.push('start');
    return this.started.promise;
  }
  stop(deadlineMs: number): Promise<void> {
    this.calls.push(`stop ${deadlineMs}`);
    this.stopCalled.resolve();
    return this.stopped.promise;
  }
  onFailure(listener: (reason: string) => void): void {
    this.fail = listener;
  }
}

function setUp() {
  const service = new FakeService();
  const signals = new EventEmitter();
  const clock = new FakeClock();
  const lines: string[] = [];
  const logger = { log: (level: LogLevel, message: string) => void lines.push(`${level} ${message}`) };
  const end = runService(service, { signals, clock, logger, stopTimeoutMs: 1000 });
  return { service, signals, clock, lines, end };
}

describe('runService', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('stops gracefully on %s and listens no more', async (signal) => {
    const { service, signals, clock, end } = setUp();
    service.started.resolve();
    signals.emit(signal);
    await service.stopCalled.promise;
    service.stopped.resolve();
    await expect(end).resolves.toEqual({ kind: 'stopped' });
    expect(service.calls).toEqual(['start', 'stop 1000']);
    expect(signals.listenerCount('SIGTERM') + signals.listenerCount('SIGINT')).toBe(0);
    expect(clock.timerCount).toBe(0);
  });

  it('lets the start finish before it stops', async () => {
    const { service, signals, clock, end } = setUp();
    signals.emit('SIGTERM');
    await clock.settle();
    expect(service.calls).toEqual(['start']);
    service.started.resolve();
    service.stopped.resolve();
    await expect(end).resolves.toEqual({ kind: 'stopped' });
  });

  it('ends at once on the second signal', async () => {
    const { service, signals, end } = setUp();
    service.started.resolve();
    signals.emit('SIGINT');
    await service.stopCalled.promise;
    signals.emit('SIGTERM');
    await expect(end).resolves.toEqual({ kind: 'cut off' });
  });

  it('gives up a stop that does not end', async () => {
    const { service, signals, clock, lines, end } = setUp();
    service.started.resolve();
    signals.emit('SIGTERM');
    await service.stopCalled.promise;
    await clock.advance(6000);
    await expect(end).resolves.toEqual({ kind: 'cut off' });
    expect(lines).toContain('error the stop takes too long and is given up');
  });

  it('closes what a failed start has opened and tells the reason', async () => {
    const { service, end } = setUp();
    service.stopped.resolve();
    service.started.reject(new Error('port 1 is in use'));
    await expect(end).resolves.toEqual({ kind: 'not started', reason: 'port 1 is in use' });
    expect(service.calls).toEqual(['start', 'stop 1000']);
  });

  it('ends with the failure of the service, even when closing fails too', async () => {
    const { service, lines, end } = setUp();
    service.started.resolve();
    service.fail('fdatasync: EIO');
    service.stopped.reject(new Error('still broken'));
    await expect(end).resolves.toEqual({ kind: 'failed', reason: 'fdatasync: EIO' });
    expect(lines).toContain('error not everything was closed');
  });
});
