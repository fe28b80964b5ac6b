import { deferred } from '../../base/index.js';
import { ResponseCode, type PullMessage } from '../../protocol/index.js';
import type { Request } from '../../remoting/index.js';
import type { GetOutcome } from '../../store/index.js';
import { OffsetTable } from '../offsets/offset-table.js';
import { PullFlag, type AdmittedPull } from '../pulling/pull-admission.js';
import { StatsTable } from '../stats/stats-table.js';
import { newTopicConfig } from '../topics/topic-table.js';
import { pullMessage } from './pull-message.js';

const position = { group: 'G', topic: 'T', queueId: 0 };
const nothing: GetOutcome = {
  ...{ status: 'no-matched-message', nextBeginOffset: 50, minOffset: 0, maxOffset: 100 },
  ...{ records: [], messageCount: 0, sizeTotal: 0 },
};

function setUp() {
  const offsets = new OffsetTable(() => 0);
  const read = deferred<GetOutcome>();
  const handler = pullMessage({
    store: { get: () => read.promise, minQueueOffset: () => 0, maxQueueOffset: () => 100 },
    admit: () =>
      ({ kind: 'admitted', group: { groupName: 'G' }, topic: newTopicConfig('T', 1), queueId: 0, filter: {} }) as unknown as AdmittedPull,
    offsets,
    held: { hold: () => false } as never,
    stats: new StatsTable('C', () => 0),
    monotonic: () => 0,
    settings: { longPollingEnable: true, shortPollingTimeMills: 1, pullBatchMaxMessageCount: 32 },
  });
  const pull = async (commitOffset: number) =>
    handler({
      header: { queueOffset: 50, maxMsgNums: 32, sysFlag: PullFlag.COMMIT_OFFSET, commitOffset },
      peer: {},
    } as Request<typeof PullMessage>);
  return { offsets, read, pull };
}

describe('the offset that a pull commits', () => {
  it('is that of its consumer', async () => {
    const { offsets, read, pull } = setUp();
    const answer = pull(40);
    read.resolve(nothing);
    await answer;
    expect(offsets.query(position)).toBe(40);
  });

  it('is forgotten with a topic that is deleted while the pull reads from the disk', async () => {
    const { offsets, read, pull } = setUp();
    const answer = pull(40);
    offsets.removeTopic('T');
    read.resolve(nothing);
    await answer;
    expect(offsets.query(position)).toBe(-1);
  });

  it('does not undo a later one when the disk answers late', async () => {
    const { offsets, read, pull } = setUp();
    const answer = pull(40);
    offsets.commit(position, 45);
    read.resolve(nothing);
    await answer;
    expect(offsets.query(position)).toBe(45);
  });

  it('does not undo a reset that the next pull was told of while the disk answered late', async () => {
    const { offsets, read, pull } = setUp();
    const answer = pull(40);
    offsets.reset(position, 7);
    await pull(41);
    read.resolve(nothing);
    await answer;
    expect(offsets.query(position)).toBe(7);
  });

  it('does not undo a reset that came while the pull read from the disk', async () => {
    const { offsets, read, pull } = setUp();
    const answer = pull(40);
    offsets.reset(position, 7);
    read.resolve(nothing);
    await answer;
    expect(offsets.query(position)).toBe(7);
    expect(await pull(41)).toMatchObject({ code: ResponseCode.PULL_OFFSET_MOVED, header: { nextBeginOffset: 7 } });
  });
});
