import { deferred, OperationFailed } from '../../base/index.js';
import { FakeClock } from '../../../testing/index.js';
import { storedMessage } from '../../../testing/stored-message.js';
import type { MessageQueue } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import { OffsetTable } from '../offsets/offset-table.js';
import { Assignment, type AssignmentParts } from './assignment.js';
import type { ProcessQueue } from './process-queue.js';
import type { PullLoop } from './pull-loop.js';

const queue = (queueId: number, topic = 'T'): MessageQueue => ({ topic, brokerName: 'b', queueId });

function create({ underLock = false } = {}) {
  const events: string[] = [];
  const foreign = new Set<number>();
  const lost = new Set<number>();
  const quiet: { until: Promise<void> } = { until: Promise.resolve() };
  const custody: AssignmentParts['custody'] = {
    acquire: ({ queueId }) => Promise.resolve(!foreign.has(queueId) && (events.push(`lock ${queueId}`), true)),
    holds: ({ queueId }) => !lost.has(queueId),
    quiet: async ({ queue: { queueId } }) => {
      await quiet.until;
      events.push(`quiet ${queueId}`);
    },
    release: ({ queueId }) => Promise.resolve(void events.push(`unlock ${queueId}`)),
    releaseAll: (queues) => Promise.resolve(void events.push(`unlock all: ${queues.map(({ queueId }) => queueId).join()}`)),
  };
  const table = new OffsetTable();
  const pulls = new Map<number, { processQueue: ProcessQueue; moved: (nextOffset: number) => void; progressed: number }>();
  const unavailable = new Set<number>();
  const assignment = new Assignment({
    group: 'G',
    offsets: {
      commit: (one) => Promise.resolve(void events.push(`commit ${one.queueId} at ${table.read(one)}`)),
      remove: (one) => table.remove(one),
      set: (one, offset) => table.set(one, offset),
      advance: (one, offset) => table.advance(one, offset),
      read: (one) => table.read(one),
    },
    delivery: { drop: (processQueue) => void events.push(`drop ${processQueue.queue.queueId}`) },
    startPosition: (one) =>
      unavailable.has(one.queueId) ? Promise.reject(new OperationFailed('timeout', 'late')) : Promise.resolve(10 * one.queueId),
    pulling: (processQueue, startOffset, moved) => {
      const { queueId } = processQueue.queue;
      const entry = { processQueue, moved, progressed: 0 };
      pulls.set(queueId, entry);
      return {
        start: () => void events.push(`pull ${queueId} from ${startOffset}`),
        stop: () => Promise.resolve(void events.push(`stop ${queueId}`)),
        progress: () => void (entry.progressed += 1),
        resumed: () => void events.push(`resumed ${queueId}`),
      } as unknown as PullLoop;
    },
    givenUp: () => void events.push('given up'),
    custody: underLock ? custody : undefined,
    logger: silentLogger,
  });
  const ids = () => assignment.figures().map((figures) => figures.queue.queueId);
  return { assignment, events, table, pulls, unavailable, ids, foreign, lost, quiet };
}

describe('Assignment', () => {
  it('takes what is wanted from where the group stands', async () => {
    const { assignment, events, ids } = create();
    expect(await assignment.apply('T', [queue(0), queue(1)])).toEqual({ changed: true, complete: true });
    expect(events).toEqual(['pull 0 from 0', 'pull 1 from 10']);
    expect(ids()).toEqual([0, 1]);
    expect(await assignment.apply('T', [queue(1), queue(0)])).toEqual({ changed: false, complete: true });
  });

  it('gives up in the order that loses nothing: drop, end the pull, commit', async () => {
    const { assignment, events, table, pulls, ids } = create();
    await assignment.apply('T', [queue(0), queue(1)]);
    const { processQueue } = pulls.get(1)!;
    const held = processQueue.put([storedMessage({ queueOffset: 12 })], { minOffset: 0, maxOffset: 20 });
    processQueue.complete(held);
    assignment.progress(processQueue);
    events.length = 0;
    expect(await assignment.apply('T', [queue(0)])).toEqual({ changed: true, complete: true });
    expect(events).toEqual(['drop 1', 'stop 1', 'commit 1 at 13']);
    expect([processQueue.dropped, table.read(queue(1)), ids()]).toEqual([true, undefined, [0]]);
  });

  it('leaves the queues of other topics alone', async () => {
    const { assignment, ids } = create();
    await assignment.apply('T', [queue(0)]);
    await assignment.apply('U', [queue(5, 'U')]);
    await assignment.apply('T', []);
    expect(ids()).toEqual([5]);
  });

  it('does not start a queue whose position is not known, and says so', async () => {
    const { assignment, unavailable, ids } = create();
    unavailable.add(1);
    expect(await assignment.apply('T', [queue(0), queue(1)])).toEqual({ changed: true, complete: false });
    expect(ids()).toEqual([0]);
    unavailable.clear();
    expect(await assignment.apply('T', [queue(0), queue(1)])).toEqual({ changed: true, complete: true });
    expect(ids()).toEqual([0, 1]);
  });

  it('moves the offset and tells the pull that there is room', async () => {
    const { assignment, table, pulls } = create();
    await assignment.apply('T', [queue(0)]);
    const { processQueue } = pulls.get(0)!;
    const held = processQueue.put([storedMessage({ queueOffset: 3 }), storedMessage({ queueOffset: 4 })], { minOffset: 0, maxOffset: 9 });
    processQueue.complete([held[0]!]);
    assignment.progress(processQueue);
    expect([table.read(queue(0)), pulls.get(0)!.progressed]).toEqual([4, 1]);
  });

  it('commits the offset that the broker named and takes the queue anew', async () => {
    const { assignment, events, pulls, ids } = create();
    await assignment.apply('T', [queue(0)]);
    const { processQueue, moved } = pulls.get(0)!;
    events.length = 0;
    moved(500);
    expect(processQueue.dropped).toBe(true);
    await assignment.apply('U', []);
    expect(events).toEqual(['drop 0', 'stop 0', 'commit 0 at 500', 'given up']);
    expect(ids()).toEqual([]);
    moved(900);
    await assignment.apply('U', []);
    expect(events).toHaveLength(4);
  });

  it('takes nothing more once pulling has stopped, and keeps the offsets for the last commit', async () => {
    const { assignment, events, ids } = create();
    await assignment.apply('T', [queue(0)]);
    await assignment.stopPulling();
    expect(await assignment.apply('T', [queue(0), queue(1)])).toEqual({ changed: false, complete: true });
    expect([events.at(-1), ids()]).toEqual(['stop 0', [0]]);
    await assignment.close();
    expect(ids()).toEqual([]);
  });
});

describe('Assignment under lock', () => {
  const finished = () => new FakeClock().settle();

  it('locks a queue before it asks where to begin', async () => {
    const { assignment, events, ids, foreign } = create({ underLock: true });
    foreign.add(1);
    expect(await assignment.apply('T', [queue(0), queue(1)])).toEqual({ changed: true, complete: false });
    expect([events, ids()]).toEqual([['lock 0', 'pull 0 from 0'], [0]]);
    foreign.clear();
    expect(await assignment.apply('T', [queue(0), queue(1)])).toEqual({ changed: true, complete: true });
    expect(events.slice(2)).toEqual(['lock 1', 'pull 1 from 10']);
  });

  it('gives the lock back of a queue that it cannot begin with', async () => {
    const { assignment, events, unavailable } = create({ underLock: true });
    unavailable.add(0);
    expect(await assignment.apply('T', [queue(0)])).toEqual({ changed: false, complete: false });
    expect(events).toEqual(['lock 0', 'unlock 0']);
  });

  it('does not begin with a queue whose lock was lost meanwhile', async () => {
    const { assignment, events, lost } = create({ underLock: true });
    lost.add(0);
    expect(await assignment.apply('T', [queue(0)])).toEqual({ changed: false, complete: false });
    expect(events).toEqual(['lock 0', 'unlock 0']);
  });

  it('hands a queue over when its last call has ended: commit, then unlock', async () => {
    const { assignment, events, pulls, quiet, ids } = create({ underLock: true });
    const call = deferred<void>();
    quiet.until = call.promise;
    await assignment.apply('T', [queue(1)]);
    events.length = 0;
    expect(await assignment.apply('T', [])).toEqual({ changed: true, complete: true });
    const { processQueue } = pulls.get(1)!;
    processQueue.complete(processQueue.put([storedMessage({ queueOffset: 12 })], { minOffset: 0, maxOffset: 20 }));
    assignment.progress(processQueue);
    expect([processQueue.dropped, ids()]).toEqual([false, []]);
    call.resolve();
    await finished();
    expect(events).toEqual(['stop 1', 'quiet 1', 'drop 1', 'commit 1 at 13', 'unlock 1']);
    expect(processQueue.dropped).toBe(true);
  });

  it('does not take a queue that it is still handing over', async () => {
    const { assignment, events, quiet } = create({ underLock: true });
    const call = deferred<void>();
    quiet.until = call.promise;
    await assignment.apply('T', [queue(0)]);
    await assignment.apply('T', []);
    events.length = 0;
    expect(await assignment.apply('T', [queue(0)])).toEqual({ changed: false, complete: false });
    expect(events).toEqual([]);
    call.resolve();
    await finished();
    expect(await assignment.apply('T', [queue(0)])).toEqual({ changed: true, complete: true });
  });

  it('drops a queue whose lock is lost before anything of it can be committed', async () => {
    const { assignment, events, pulls, table, ids } = create({ underLock: true });
    await assignment.apply('T', [queue(0), queue(1)]);
    table.set(queue(0), 5);
    events.length = 0;
    assignment.lost(queue(0));
    expect([pulls.get(0)!.processQueue.dropped, table.read(queue(0)), events]).toEqual([true, undefined, ['drop 0']]);
    await finished();
    expect([events, ids()]).toEqual([['drop 0', 'stop 0', 'given up'], [1]]);
    assignment.lost(queue(0));
    await finished();
    expect(events).toHaveLength(3);
  });

  it('drops a queue whose lock is lost while it is handed over', async () => {
    const { assignment, events, pulls, quiet } = create({ underLock: true });
    const call = deferred<void>();
    quiet.until = call.promise;
    await assignment.apply('T', [queue(0)]);
    await assignment.apply('T', []);
    assignment.lost(queue(0));
    expect(pulls.get(0)!.processQueue.dropped).toBe(true);
    call.resolve();
    await finished();
    expect(events.slice(-2)).toEqual(['commit 0 at undefined', 'unlock 0']);
  });

  it('waits for what it hands over, and unlocks the rest when it closes', async () => {
    const { assignment, events, quiet } = create({ underLock: true });
    const call = deferred<void>();
    quiet.until = call.promise;
    await assignment.apply('T', [queue(0), queue(1)]);
    await assignment.apply('T', [queue(1)]);
    events.length = 0;
    await assignment.stopPulling();
    const closed = assignment.close();
    await finished();
    expect(events).not.toContain('unlock all: 1');
    call.resolve();
    await closed;
    expect(events.slice(-2)).toEqual(['unlock 0', 'unlock all: 1']);
  });
});
