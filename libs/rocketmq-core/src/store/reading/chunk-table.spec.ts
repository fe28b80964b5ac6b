import { CHUNK_SIZE, ChunkTable } from './chunk-table.js';

function tableOf(chunksMax = 4, pinnedMax = 2) {
  const table = new ChunkTable({ segmentSize: 64 * CHUNK_SIZE, chunksMax, pinnedMax });
  const put = (index: number) => table.put(index * CHUNK_SIZE, table.takeMemory().fill(index));
  return { table, put };
}

describe('ChunkTable', () => {
  it('leaves a pinned chunk as it is and takes the memory of others', () => {
    const { table, put } = tableOf();
    const pinned = put(1);
    const release = table.pin(pinned);
    const memories = [1, 2, 3, 4, 5, 6, 7, 8].map((index) => (index === 1 ? pinned : put(index)).bytes.buffer);
    expect(pinned.bytes.every((byte) => byte === 1)).toBe(true);
    expect(table.has(CHUNK_SIZE)).toBe(true);
    expect(new Set(memories).size).toBe(4);
    release?.();
    for (const index of [9, 10, 11, 12]) put(index);
    expect(table.has(CHUNK_SIZE)).toBe(false);
    expect(pinned.bytes.every((byte) => byte === 1)).toBe(false);
  });

  it('pins no more chunks than it may, each as often as it likes', () => {
    const { table, put } = tableOf();
    const chunks = [put(1), put(2), put(3)] as const;
    const first = table.pin(chunks[0]);
    expect([table.pin(chunks[0]), table.pin(chunks[1])]).not.toContain(undefined);
    expect(table.pin(chunks[2])).toBeUndefined();
    first?.();
    first?.();
    expect(table.pin(chunks[2])).toBeUndefined();
  });

  it('pins nothing that it has given up', () => {
    const { table, put } = tableOf(2, 1);
    const chunk = put(1);
    put(2);
    put(3);
    expect(table.pin(chunk)).toBeUndefined();
  });

  it('gives up what was pinned for an answer that was never sent, and never writes over it', () => {
    const { table, put } = tableOf(3, 1);
    const lost = put(1);
    table.pin(lost);
    for (let i = 0; i <= 100_000; i += 1) table.begin();
    expect(table.pin(put(2))).toBeDefined();
    expect(table.has(CHUNK_SIZE)).toBe(false);
    for (const index of [3, 4, 5, 6]) put(index);
    expect(lost.bytes.every((byte) => byte === 1)).toBe(true);
  });
});
