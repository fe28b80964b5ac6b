import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { silentLogger } from '../../runtime/index.js';
import { HandleCache } from '../segments/handle-cache.js';
import { SegmentList } from '../segments/segment-list.js';
import { ZeroFiller } from './zero-filler.js';

const SIZE = 64 * 1024;

describe('ZeroFiller', () => {
  let files: MemoryFileSystem;
  let segments: SegmentList;
  let filler: ZeroFiller;
  const written: string[] = [];

  beforeEach(() => {
    files = new MemoryFileSystem();
    segments = new SegmentList({ files, handles: new HandleCache(files, 10), folder: '/log', segmentSize: SIZE });
    segments.create();
    filler = new ZeroFiller(segments, silentLogger);
    written.length = 0;
    files.fault = ({ kind, path }) => void (kind === 'write' && written.push(path.slice(-6)));
  });

  it('says which range it is writing, until it has', async () => {
    filler.advance(5000);
    expect(filler.busyUntilClear(0, 8192)).toBeUndefined();
    const busy = filler.busyUntilClear(0, 8193);
    expect(busy).toBeDefined();
    await busy;
    expect(filler.busyUntilClear(0, SIZE)).toBeUndefined();
  });

  it('never writes in front of the end of the log', async () => {
    segments.writeSync(Buffer.alloc(9000, 1), 0);
    filler.advance(9000);
    await filler.stop();
    const bytes = files.readFileSync(segments.first?.path ?? '') ?? Buffer.alloc(0);
    expect(bytes.subarray(0, 9000).every((byte) => byte === 1)).toBe(true);
    expect(written).toHaveLength(2);
  });

  it('goes on in the next segment, and fills nothing twice', async () => {
    segments.create();
    for (let i = 0; i < 5; i += 1) {
      filler.advance(0);
      await filler.busyUntilClear(0, 2 * SIZE);
    }
    expect(written).toEqual(['000000', '065536']);
  });

  it('stops when the disk is full, until there may be room again', async () => {
    files.fault = ({ kind }) => (kind === 'write' ? 'ENOSPC' : undefined);
    filler.advance(0);
    await filler.busyUntilClear(0, SIZE);
    files.fault = undefined;
    const before = files.operationCount;
    filler.advance(0);
    expect(files.operationCount).toBe(before);
    filler.resume();
    filler.advance(0);
    await filler.stop();
    expect(files.operationCount).toBe(before + 1);
  });
});
