import { OperationFailed } from '../../base/index.js';
import { silentLogger } from '../../runtime/index.js';
import { RemoteOffsets } from './remote-offsets.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const other = { topic: 'T', brokerName: 'b', queueId: 1 };

function create(options: { stored?: number; failing?: boolean; addressAfterRefresh?: boolean } = {}) {
  const told: string[] = [];
  let refreshed = false;
  const tell = (text: string) => {
    told.push(text);
    return options.failing === true ? Promise.reject(new OperationFailed('timeout', 'late')) : Promise.resolve();
  };
  const offsets = new RemoteOffsets({
    group: 'G',
    calls: {
      consumerOffset: () =>
        options.failing === true ? Promise.reject(new OperationFailed('timeout', 'late')) : Promise.resolve(options.stored),
      commitOffset: (_, of, offset) => tell(`sync ${of.queue.queueId} ${offset}`),
      commitOffsetOneway: (_, of, offset) => tell(`oneway ${of.queue.queueId} ${offset}`),
    },
    table: {
      readAddress: (brokerName, brokerId) =>
        options.addressAfterRefresh === undefined || (refreshed && options.addressAfterRefresh)
          ? { brokerName, brokerId, address: 'h:1' }
          : undefined,
    },
    routes: { refresh: () => Promise.resolve((refreshed = true)) },
    logger: silentLogger,
  });
  return { offsets, told };
}

describe('RemoteOffsets', () => {
  it('remembers what the broker has', async () => {
    const { offsets } = create({ stored: 7 });
    expect(await offsets.fetch(queue)).toBe(7);
    expect(offsets.read(queue)).toBe(7);
  });

  it('tells an unknown offset from a failure', async () => {
    const { offsets } = create();
    expect(await offsets.fetch(queue)).toBeUndefined();
    expect(offsets.read(queue)).toBeUndefined();
    await expect(create({ failing: true }).offsets.fetch(queue)).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('commits every offset each time, so that a lost request is made good', async () => {
    const { offsets, told } = create();
    offsets.advance(queue, 5);
    offsets.advance(other, 6);
    await offsets.commitAll();
    await offsets.commitAll();
    expect(told).toEqual(['oneway 0 5', 'oneway 1 6', 'oneway 0 5', 'oneway 1 6']);
  });

  it('waits for the answer when it commits one queue, and commits nothing it does not know', async () => {
    const { offsets, told } = create();
    await offsets.commit(queue);
    offsets.set(queue, 5);
    await offsets.commit(queue);
    offsets.remove(queue);
    await offsets.commit(queue);
    expect(told).toEqual(['sync 0 5']);
  });

  it('goes on with the other queues when a commit fails', async () => {
    const { offsets, told } = create({ failing: true });
    offsets.set(queue, 5);
    offsets.set(other, 6);
    await offsets.commitAll();
    await offsets.commit(queue);
    expect(told).toHaveLength(3);
  });

  it('looks for a broker that it does not know', async () => {
    const found = create({ addressAfterRefresh: true, stored: 1 });
    expect(await found.offsets.fetch(queue)).toBe(1);
    await expect(create({ addressAfterRefresh: false }).offsets.fetch(queue)).rejects.toMatchObject({ reason: 'unavailable' });
  });
});
