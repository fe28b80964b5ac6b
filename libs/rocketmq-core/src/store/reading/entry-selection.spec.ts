import { ENTRY_SIZE, writeEntry } from '../consume-queue/entry-layout.js';
import { selectEntries, spansOf, type SelectionRules } from './entry-selection.js';

const rules: SelectionRules = {
  maxMessages: 32,
  sizeMax: 1e9,
  recentFrom: 0,
  recent: { count: 4, size: 1000 },
  old: { count: 2, size: 300 },
  readable: { from: 0, to: 1e9 },
  segmentSize: 1000,
  matches: undefined,
};

/** Entries of messages at these physical offsets, 100 bytes each. */
function entriesAt(...physicalOffsets: number[]): Buffer {
  const bytes = Buffer.alloc(physicalOffsets.length * ENTRY_SIZE);
  physicalOffsets.forEach((physicalOffset, i) => writeEntry(bytes, i * ENTRY_SIZE, { physicalOffset, size: 100, tagsCode: i }));
  return bytes;
}
const select = (bytes: Buffer, changes: Partial<SelectionRules> = {}) => {
  const { status, examined, extents } = selectEntries(bytes, { ...rules, ...changes });
  return [status, examined, extents.map((extent) => extent.physicalOffset)];
};

describe('selectEntries', () => {
  const six = entriesAt(0, 100, 200, 300, 400, 500);

  it('passes over an entry that cannot be one', () => {
    const zeros = Buffer.alloc(ENTRY_SIZE);
    expect(select(zeros)).toEqual(['message-was-removing', 1, []]);
    expect(select(Buffer.concat([zeros, six]), { maxMessages: 2 })).toEqual(['found', 3, [0, 100]]);
  });

  it.each([
    ['the count of recent messages', {}, ['found', 4, [0, 100, 200, 300]]],
    ['the count that was asked for', { maxMessages: 3 }, ['found', 3, [0, 100, 200]]],
    ['the size that was asked for', { sizeMax: 250 }, ['found', 2, [0, 100]]],
    ['the size of recent messages', { recent: { count: 9, size: 300 } }, ['found', 3, [0, 100, 200]]],
    ['the count of old messages', { recentFrom: 1e6 }, ['found', 2, [0, 100]]],
    ['the size of old messages', { recentFrom: 1e6, old: { count: 9, size: 350 } }, ['found', 3, [0, 100, 200]]],
    ['the first message, whatever its size', { sizeMax: 1, recent: { count: 9, size: 1 } }, ['found', 1, [0]]],
  ])('stops at %s', (_, changes, expected) => {
    expect(select(six, changes)).toEqual(expected);
  });

  it.each([
    ['a negative offset', 0xff],
    ['one behind the end of the log', 0x01],
  ])('names an entry with %s, and passes over that one only', (_, highByte) => {
    const bytes = entriesAt(100, 200, 300);
    bytes[ENTRY_SIZE + 1] = highByte;
    if (highByte === 0xff) bytes[ENTRY_SIZE] = highByte;
    const { extents, astray } = selectEntries(bytes, rules);
    expect(extents.map(({ physicalOffset }) => physicalOffset)).toEqual([100, 300]);
    expect(astray).toHaveLength(1);
  });

  it('passes over what does not match, and says so when nothing does', () => {
    expect(select(six, { matches: (code) => code % 2n === 1n })).toEqual(['found', 6, [100, 300, 500]]);
    expect(select(six, { matches: () => false })).toEqual(['no-matched-message', 6, []]);
  });

  it('passes over the rest of a segment that has expired', () => {
    expect(select(entriesAt(0, 500, 1000, 1100), { readable: { from: 1000, to: 1e9 } })).toEqual(['found', 4, [1000, 1100]]);
    expect(select(entriesAt(0, 500), { readable: { from: 1000, to: 1e9 } })).toEqual(['message-was-removing', 2, []]);
  });

  it('never selects what lies beyond the log', () => {
    expect(select(six, { readable: { from: 0, to: 250 } })).toEqual(['found', 6, [0, 100]]);
  });
});

describe('spansOf', () => {
  const extent = (physicalOffset: number, size = 100) => ({ physicalOffset, size });
  const spans = (...extents: { physicalOffset: number; size: number }[]) => spansOf(extents, 1_000_000).map(({ from, to }) => [from, to]);

  it('joins neighbours and what lies a little apart', () => {
    expect(spans(extent(0), extent(100), extent(5000))).toEqual([[0, 5100]]);
  });
  it('reads far ones apart', () => {
    expect(spans(extent(0), extent(100_000))).toEqual([
      [0, 100],
      [100_000, 100_100],
    ]);
  });
  it('reads neighbours in two segments apart', () => {
    expect(spans(extent(999_900), extent(1_000_000))).toEqual([
      [999_900, 1_000_000],
      [1_000_000, 1_000_100],
    ]);
  });
  it('does not join what goes back', () => {
    expect(spans(extent(500), extent(0))).toHaveLength(2);
  });
});
