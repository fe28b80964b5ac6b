import { FakeClock } from '../../../testing/fake-clock.js';
import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { silentLogger } from '../../runtime/index.js';
import { CountLoop } from '../saving/count-loop.js';
import { transactionCounts } from '../saving/topic-count-file.js';
import { TransactionCountTable } from './transaction-count-table.js';

const PATH = '/store/config/transactionMetrics.json';

describe('the numbers of open transactions', () => {
  const start = (files: MemoryFileSystem, clock = new FakeClock()) => {
    const counts = new TransactionCountTable(() => clock.now());
    const store = { files, root: '/store' };
    const loop = new CountLoop({ counts, form: transactionCounts, ...store, clock, logger: silentLogger, periodMs: 1000 });
    loop.start();
    return { counts, loop, clock };
  };
  const textIn = (files: MemoryFileSystem) => files.readFileSync(PATH)?.toString();

  it('are saved as Apache saves them, when they have changed, and read again', async () => {
    const files = new MemoryFileSystem();
    const { counts, loop, clock } = start(files);
    await clock.advance(1000);
    expect(textIn(files)).toBeUndefined();
    counts.add('Orders', 2);
    counts.add('Orders', -1);
    await clock.advance(1000);
    const timeStamp = clock.now() - 1000;
    await loop.stop();
    expect(textIn(files)).toBe(
      `{"dataVersion":{"counter":2,"stateVersion":0,"timestamp":${timeStamp}},"transactionCount":{"Orders":{"count":1,"timeStamp":${timeStamp}}}}`,
    );
    const again = start(files);
    expect(again.counts.snapshot().counts.get('Orders')).toEqual({ count: 1, timeStamp });
    await again.loop.stop();
  });

  it('are saved at the end', async () => {
    const files = new MemoryFileSystem();
    const { counts, loop } = start(files);
    counts.add('Orders', 1);
    await loop.stop();
    expect(textIn(files)).toContain('"Orders":{"count":1');
  });

  it('begin anew when their file cannot be read: nothing depends on them', async () => {
    const files = new MemoryFileSystem();
    files.makeFolderSync('/store');
    files.makeFolderSync('/store/config');
    const handle = files.openSync(PATH, 'create');
    handle.writeSync(Buffer.from('nonsense'), 0);
    handle.closeSync();
    const { counts, loop } = start(files);
    expect(counts.snapshot().counts.size).toBe(0);
    await loop.stop();
  });
});
