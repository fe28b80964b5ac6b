import { decodeRecords, encodeRecord, printProperties, recordSize } from '../../protocol/index.js';
import { ENTRY_SIZE, writeEntry } from '../consume-queue/entry-layout.js';
import type { SelectionRules } from './entry-selection.js';
import { PropertyScan } from './property-scan.js';

const host = { ip: Buffer.from([127, 0, 0, 1]), port: 1 };
const content = (n: number, bodySize: number) => ({
  ...{ topic: 'T', queueId: 0, flag: 0, sysFlag: 0, bornTimestamp: 1, bornHost: host, storeHost: host, reconsumeTimes: 0 },
  ...{ preparedTransactionOffset: 0, body: Buffer.alloc(bodySize), properties: printProperties(new Map([['n', String(n)]])) },
});

/** A log of `count` records with n = 0, 1, …, and its consume queue. */
function logOf(count: number, bodySize = 10) {
  const contents = Array.from({ length: count }, (_, n) => content(n, bodySize));
  const log = Buffer.alloc(contents.reduce((sum, one) => sum + recordSize(one), 0));
  const entries = Buffer.alloc(count * ENTRY_SIZE);
  let at = 0;
  contents.forEach((one, n) => {
    const size = encodeRecord(log, at, one, { queueOffset: n, physicalOffset: at, storeTimestamp: 1 });
    writeEntry(entries, n * ENTRY_SIZE, { physicalOffset: at, size, tagsCode: 0 });
    at += size;
  });
  const rules: SelectionRules = {
    ...{ maxMessages: 32, sizeMax: 1e9, recentFrom: 0, recent: { count: 4, size: 1e6 }, old: { count: 1, size: 1 } },
    ...{ readable: { from: 0, to: at }, segmentSize: 1e9, matches: undefined },
  };
  return { log, entries, rules };
}

function scan({ log, entries, rules }: ReturnType<typeof logOf>, wants: (n: number) => boolean) {
  const found = new PropertyScan(entries, rules, (text) => wants(Number(/\d+/.exec(text)?.[0])));
  for (let spans = found.next(); spans !== undefined; spans = found.next())
    for (const span of spans) found.take(span, log.subarray(span.from, span.to));
  return found;
}
const numbersIn = (buffers: readonly Buffer[]) =>
  decodeRecords(Buffer.concat(buffers)).map(({ properties }) => Number(properties.get('n')));

describe('PropertyScan', () => {
  it('goes on until the answer is full of messages that match', () => {
    const found = scan(logOf(100), (n) => n % 10 === 9);
    expect(found).toMatchObject({ status: 'found', messageCount: 4, examined: 40 });
    expect(numbersIn(found.records)).toEqual([9, 19, 29, 39]);
  });

  it('passes every entry when too few match', () => {
    expect(scan(logOf(50), (n) => n === 7)).toMatchObject({ status: 'found', messageCount: 1, examined: 50 });
    expect(scan(logOf(50), () => false)).toMatchObject({ status: 'no-matched-message', messageCount: 0, examined: 50, records: [] });
  });

  it('joins neighbours that match and leaves out what lies between', () => {
    const found = scan(logOf(4), (n) => n !== 1);
    expect(found.records).toHaveLength(2);
    expect(numbersIn(found.records)).toEqual([0, 2, 3]);
  });

  it('holds the size limit over several reads', () => {
    const log = logOf(20, 300);
    const found = scan({ ...log, rules: { ...log.rules, sizeMax: 1000 } }, (n) => n % 3 === 0);
    expect(numbersIn(found.records)).toEqual([0, 3]);
    expect(Buffer.concat(found.records).length).toBeLessThanOrEqual(1000);
  });

  it('stops when it has looked into so many bytes that others would wait', () => {
    const found = scan(logOf(100, 200_000), () => false);
    expect(found.status).toBe('no-matched-message');
    expect(found.examined).toBeGreaterThan(20);
    expect(found.examined).toBeLessThan(30);
  });

  it('says that messages were removing when none of them is there any more', () => {
    const log = logOf(3);
    expect(scan({ ...log, rules: { ...log.rules, readable: { from: 1e6, to: 2e6 } } }, () => true).status).toBe('message-was-removing');
  });
});
