import { FakeClock } from '../../../testing/index.js';
import { storedMessage } from '../../../testing/stored-message.js';
import { OperationFailed } from '../../base/index.js';
import { queueKey } from '../message-queues.js';
import type { GroupOffsets } from '../offsets/group-offsets.js';
import { LitePullCommits } from './lite-pull-commits.js';
import { LitePullQueue } from './lite-pull-queue.js';

function create({ autoCommit = true, failing = false, silent = false } = {}) {
  const clock = new FakeClock();
  const told: string[] = [];
  const known = new Map<string, number>();
  const tell = (text: string): Promise<void> => {
    told.push(text);
    if (silent) return new Promise(() => undefined);
    return failing ? Promise.reject(new OperationFailed('timeout', 'late')) : Promise.resolve();
  };
  const offsets = {
    set: (queue, offset) => void known.set(queueKey(queue), offset),
    remove: (queue) => void known.delete(queueKey(queue)),
    store: (queue) => tell(`store ${queue.queueId} ${known.get(queueKey(queue))}`),
    commit: (queue) => tell(`commit ${queue.queueId} ${known.get(queueKey(queue))}`),
    commitAll: () => tell(`all ${[...known.values()].join(',')}`),
  } as Partial<GroupOffsets> as GroupOffsets;
  const held = new LitePullQueue({ topic: 'T', brokerName: 'b', queueId: 0 });
  held.seek(0);
  held.put(
    Array.from({ length: 10 }, (_, queueOffset) => storedMessage({ queueOffset })),
    { minOffset: 0, maxOffset: 10 },
    10,
  );
  const commits = new LitePullCommits({ settings: { autoCommit, autoCommitIntervalMs: 100 }, offsets, queues: () => [held], clock });
  return { clock, told, held, known, commits };
}

describe('LitePullCommits', () => {
  it('commits by itself what the caller came back from, at most once an interval', async () => {
    const { clock, told, held, commits } = create();
    commits.settle();
    held.take(3);
    commits.settle();
    held.take(3);
    expect(told).toEqual(['all 0']);
    await clock.advance(100);
    commits.settle();
    expect(told).toEqual(['all 0', 'all 6']);
  });

  it('commits nothing by itself when it is told so', async () => {
    const { told, held, commits } = create({ autoCommit: false });
    held.take(3);
    commits.settle();
    await commits.last(100);
    await commits.leave(held);
    expect(told).toEqual(['commit 0 undefined', 'commit 0 undefined']);
  });

  it('commits what was handed out, or a chosen offset, and tells of failures', async () => {
    const { told, held, commits } = create({ autoCommit: false });
    held.take(4);
    await commits.commit(new Map([[held, undefined]]));
    await commits.commit(new Map([[held, 2]]));
    expect([told, held.consumedOffset]).toEqual([['store 0 4', 'store 0 2'], 4]);
    await expect(commits.commit(new Map([[held, -1]]))).rejects.toMatchObject({ field: 'offset' });
    const failing = create({ failing: true });
    await expect(failing.commits.commit(new Map([[failing.held, 1]]))).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('hands a queue over where the caller came back from, not where it is', async () => {
    const { told, held, known, commits } = create();
    held.take(4);
    commits.settle();
    held.take(4);
    await commits.leave(held);
    expect([told, known.size]).toEqual([['all 4', 'commit 0 4'], 0]);
  });

  it('does not wait for a silent broker for ever', async () => {
    const { clock, commits } = create({ silent: true });
    const last = commits.last(50);
    await clock.advance(50);
    await last;
    expect(clock.timerCount).toBe(0);
  });
});
