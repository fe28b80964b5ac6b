import { cleanStore } from '../../../testing/disk-pictures.js';
import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { isCorruption } from '../../base/index.js';
import { HandleCache } from './handle-cache.js';
import { SegmentList } from './segment-list.js';

const SIZE = 64;

describe('SegmentList', () => {
  let files: MemoryFileSystem;
  const make = (segmentSize = SIZE) => new SegmentList({ files, handles: new HandleCache(files, 2), folder: '/log', segmentSize });
  const bytes = (list: SegmentList, from: number, length: number) => {
    const target = Buffer.alloc(length);
    return target.subarray(0, list.readSync(target, length, from));
  };
  const loadProblem = (list: SegmentList, afterCrash: boolean): unknown => {
    try {
      list.load(afterCrash);
      return undefined;
    } catch (error) {
      return error;
    }
  };

  beforeEach(() => {
    files = new MemoryFileSystem();
  });

  it('makes files of full length one after the other, the first where it is asked for', () => {
    const list = make();
    list.create(200);
    list.create();
    expect(list.segments.map((segment) => segment.baseOffset)).toEqual([192, 256]);
    expect(files.listSync('/log')).toEqual(['00000000000000000192', '00000000000000000256']);
    expect([list.capacityEnd, files.statSync('/log/00000000000000000256')?.size]).toEqual([320, SIZE]);
  });

  it('writes and reads across files with fewer handles than files', async () => {
    const list = make();
    for (let i = 0; i < 5; i += 1) list.create();
    const text = Buffer.from(Array.from({ length: 250 }, (_, i) => i));
    list.writeSync(text, 30);
    expect(bytes(list, 30, 250).equals(text)).toBe(true);
    const target = Buffer.alloc(300);
    expect(await list.read(target, 300, 30)).toBe(290);
    expect(target.subarray(0, 250).equals(text)).toBe(true);
    expect(bytes(list, 1000, 10)).toHaveLength(0);
  });

  it('finds the file of an offset', () => {
    const list = make();
    list.create(128);
    list.create();
    expect([127, 128, 191, 192, 255, 256].map((offset) => list.find(offset)?.baseOffset)).toEqual([
      undefined,
      128,
      128,
      192,
      192,
      undefined,
    ]);
  });

  it('loads what it has made and leaves other names alone', () => {
    const list = make();
    list.create();
    list.create();
    files.openSync('/log/README', 'create').closeSync();
    const again = make();
    again.load(false);
    expect(again.segments.map((segment) => segment.baseOffset)).toEqual([0, SIZE]);
  });

  it('erases behind a cut and removes later files', () => {
    const list = make();
    for (let i = 0; i < 3; i += 1) list.create();
    list.writeSync(Buffer.alloc(3 * SIZE, 1), 0);
    list.cutAt(SIZE + 10);
    expect(list.segments).toHaveLength(2);
    expect(files.listSync('/log')).toHaveLength(2);
    expect(bytes(list, SIZE, SIZE)).toEqual(Buffer.concat([Buffer.alloc(10, 1)], SIZE));
    list.cutAt(SIZE);
    expect([list.segments.length, list.capacityEnd]).toEqual([1, SIZE]);
    list.cutAt(0);
    expect(files.listSync('/log')).toEqual([]);
  });

  it.each([
    ['a gap', [0, 128], false],
    ['a name that is no multiple of the size', [10], false],
    ['a gap after a crash', [0, 128], true],
  ])('refuses %s before it changes anything', (_, offsets, afterCrash) => {
    files.makeFolderSync('/log');
    for (const offset of offsets) files.openSync(`/log/${String(offset).padStart(20, '0')}`, 'create').closeSync();
    expect(isCorruption(loadProblem(make(), afterCrash))).toBe(true);
    expect(files.statSync(`/log/${String(offsets[0]).padStart(20, '0')}`)?.size).toBe(0);
  });

  it.each([
    [0, false, undefined],
    [0, true, undefined],
    [10, false, 10],
    [10, true, undefined],
    [65, true, 65],
  ])('meets a last file of %i bytes, after a crash: %s', (size, afterCrash, refusedAt) => {
    make().create();
    const handle = files.openSync(`/log/${String(SIZE).padStart(20, '0')}`, 'create');
    handle.truncateSync(size);
    const problem = loadProblem(make(), afterCrash);
    expect(isCorruption(problem) ? problem.offset : undefined).toBe(refusedAt);
    if (refusedAt === undefined) expect(handle.sizeSync()).toBe(SIZE);
  });

  it('does not touch a store of another segment size', async () => {
    await cleanStore({ files, count: 30 });
    const list = new SegmentList({ files, handles: new HandleCache(files, 2), folder: '/store/commitlog', segmentSize: 8192 });
    expect(isCorruption(loadProblem(list, true))).toBe(true);
    expect(files.statSync('/store/commitlog/00000000000000000000')?.size).toBe(4096);
  });
});
