import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { makeStore, messageDraft } from '../../testing/store-fixtures.js';

describe('the lock of a store', () => {
  it('keeps a second store out', async () => {
    const files = new MemoryFileSystem();
    const store = makeStore(files);
    await store.open();
    await expect(makeStore(files).open()).rejects.toThrow(/lock/);
    await store.close();
  });

  it('is given back by a store that cannot be closed cleanly', async () => {
    const files = new MemoryFileSystem();
    const store = makeStore(files, { flushDiskType: 'ASYNC_FLUSH' });
    await store.open();
    await store.append(messageDraft());
    files.fault = ({ kind, path }) => (kind === 'sync' && path.includes('/commitlog/') ? 'EIO' : undefined);
    await expect(store.close()).rejects.toThrow(/EIO/);
    files.fault = undefined;
    const next = makeStore(files);
    await next.open();
    expect(await next.append(messageDraft())).toMatchObject({ kind: 'ok', queueOffset: 1 });
    await next.close();
  });
});
