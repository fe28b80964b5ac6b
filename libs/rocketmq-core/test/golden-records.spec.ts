import {
  decodeBatchBody,
  decodeRecord,
  decodeRecords,
  encodeBatchBody,
  encodeRecord,
  formatHost,
  inspectRecord,
  javaHashCode,
  MAGIC_V1,
  MAGIC_V2,
  offsetMessageId,
  parseIp,
  parseOffsetMessageId,
  parseProperties,
  parseUniqueId,
  printProperties,
  propertyOf,
  tagsCodeOf,
  type HostAddress,
  type InspectedRecord,
} from '../src/protocol/index.js';
import { fromHex, goldenRows } from './golden-set.js';

interface RecordRow {
  readonly name: string;
  readonly size: number;
  readonly magic: number;
  readonly bodyCrc: number;
  readonly queueId: number;
  readonly flag: number;
  readonly queueOffset: string;
  readonly physicalOffset: string;
  /** As Java's decoder gives it: without the bit for a compressed body. */
  readonly sysFlag: number;
  readonly bornTimestamp: string;
  readonly bornHost: string;
  readonly storeTimestamp: string;
  readonly storeHost: string;
  readonly reconsumeTimes: number;
  readonly preparedTransactionOffset: string;
  readonly topic: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly offsetMessageId: string;
  /** As Java's decoder gives it: decompressed. */
  readonly body: string;
  readonly record: string;
}

interface BatchRow {
  readonly name: string;
  readonly messages: readonly { flag: number; properties: Readonly<Record<string, string>>; body: string }[];
  readonly batch: string;
  readonly records: readonly RecordRow[];
}

interface IdentityRow {
  readonly kind: string;
  readonly input: string;
  readonly output: string;
  readonly host?: string;
  readonly port?: number;
  readonly offset?: string;
  readonly pid?: number;
}

const records = goldenRows<RecordRow>('5.5.0', 'records/records.json');
const batches = goldenRows<BatchRow>('5.5.0', 'records/batches.json');
const olderBatches = goldenRows<BatchRow>('5.3.3', 'records/batches.json');
const BODY_SIZE_MAX = 64 * 1024;

function inspected(row: RecordRow): InspectedRecord {
  const inspection = inspectRecord(fromHex(row.record), 0, { physicalOffset: Number(row.physicalOffset) });
  if (inspection.kind !== 'record') throw new Error(`${row.name}: ${JSON.stringify(inspection)}`);
  return inspection;
}

/** Java prints an IPv6 address in full and without brackets. */
function hostOf(text: string): HostAddress {
  const colon = text.lastIndexOf(':');
  const ip = parseIp(text.slice(0, colon));
  if (ip === undefined) throw new Error(text);
  return { ip, port: Number(text.slice(colon + 1)) };
}

const saturated = (text: string) => Math.min(Number(text), Number.MAX_SAFE_INTEGER);

function rewritten(record: InspectedRecord): string {
  const target = Buffer.alloc(record.size);
  const size = encodeRecord(target, 0, { ...contentOf(record), properties: record.propertiesText }, record);
  expect(size).toBe(record.size);
  return target.toString('hex');
}

function contentOf(record: InspectedRecord) {
  const { topic, queueId, flag, sysFlag, bornTimestamp, bornHost, storeHost, reconsumeTimes, preparedTransactionOffset, body } = record;
  return { topic, queueId, flag, sysFlag, bornTimestamp, bornHost, storeHost, reconsumeTimes, preparedTransactionOffset, body };
}

describe('a record of the Java classes', () => {
  it.each(records)('$name is read', (row) => {
    const bytes = fromHex(row.record);
    const message = decodeRecord(bytes, 0, { decompressMax: BODY_SIZE_MAX });
    expect(message).toMatchObject({
      topic: row.topic,
      queueId: row.queueId,
      queueOffset: Number(row.queueOffset),
      physicalOffset: Number(row.physicalOffset),
      storeSize: row.size,
      flag: row.flag,
      sysFlag: row.sysFlag,
      bornTimestamp: Number(row.bornTimestamp),
      storeTimestamp: Number(row.storeTimestamp),
      bodyCrc: row.bodyCrc,
      reconsumeTimes: row.reconsumeTimes,
      preparedTransactionOffset: saturated(row.preparedTransactionOffset),
    });
    expect(message.body.toString('hex')).toBe(row.body);
    expect(Object.fromEntries(message.properties)).toEqual(row.properties);
    expect([message.bornHost, message.storeHost].map(formatHost)).toEqual([row.bornHost, row.storeHost].map(hostOf).map(formatHost));
    expect(offsetMessageId(message.storeHost, message.physicalOffset)).toBe(row.offsetMessageId);
    expect(bytes.readInt32BE(4)).toBe(row.magic);
    expect(row.magic).toBe(Buffer.byteLength(row.topic) > 127 ? MAGIC_V2 : MAGIC_V1);
  });

  // Our encoder saturates int64 times and computes the checksum of what it writes; the last two rows are of neither kind.
  const exceptions = ['v1-extreme-numbers', 'client-encode-compressed'];
  it.each(records.filter((row) => !exceptions.includes(row.name)))('$name is written back byte by byte', (row) => {
    expect(rewritten(inspected(row))).toBe(row.record);
    expect(inspectRecord(fromHex(row.record), 0, { checkCrc: true }).kind).toBe('record');
  });

  it('lies back to back with others in a pull answer', () => {
    const body = Buffer.concat(records.map((row) => fromHex(row.record)));
    expect(decodeRecords(body).map((message) => [message.topic, message.storeSize])).toEqual(records.map((row) => [row.topic, row.size]));
  });

  it.each(records)('$name is never read from a part of it', (row) => {
    const bytes = fromHex(row.record);
    for (let size = 8; size < bytes.length; size += 1) expect(inspectRecord(bytes.subarray(0, size), 0).kind).toBe('partial');
  });
});

describe('the body of a batch send', () => {
  it.each(batches)('$name is read and written back byte by byte', (row) => {
    const items = decodeBatchBody(fromHex(row.batch));
    const read = items.map((item) => ({
      flag: item.flag,
      properties: Object.fromEntries(parseProperties(item.properties)),
      body: item.body.toString('hex'),
    }));
    expect(read).toEqual(row.messages);
    expect(encodeBatchBody(items).toString('hex')).toBe(row.batch);
  });

  it.each(batches)('$name becomes the same records as in a Java store', (row) => {
    const items = decodeBatchBody(fromHex(row.batch));
    expect(items.length).toBe(row.records.length);
    row.records.forEach((one, index) => {
      const record = inspected(one);
      const item = items[index];
      if (item === undefined) throw new Error('one item per record');
      const target = Buffer.alloc(record.size);
      encodeRecord(target, 0, { ...contentOf(record), ...item }, record);
      expect(target.toString('hex')).toBe(one.record);
    });
  });

  it.each(olderBatches)('$name of 5.3.3 has the properties of the envelope in every record, and is readable', (row) => {
    for (const one of row.records) {
      const record = inspected(one);
      expect(record.uniqueKey).toBe('7F000001000018B4AAC2000000000099');
      expect(rewritten(record)).toBe(one.record);
    }
  });
});

describe('the property text', () => {
  interface PropertyRow {
    readonly kind: 'written' | 'read';
    readonly text: string;
    readonly entries: readonly (readonly [string, string])[];
    readonly properties: Readonly<Record<string, string>>;
  }
  const rows = goldenRows<PropertyRow>('5.5.0', 'records/properties.json').map((row) => ({ ...row, title: JSON.stringify(row.text) }));

  it.each(rows.filter((row) => row.kind === 'written'))('$title is written as Java does', (row) => {
    expect(printProperties(new Map(row.entries))).toBe(row.text);
  });

  it.each(rows.filter((row) => row.kind === 'read'))('$title is read as Java does', (row) => {
    expect(Object.fromEntries(parseProperties(row.text))).toEqual(row.properties);
    for (const [name, value] of Object.entries(row.properties)) expect(propertyOf(row.text, name)).toBe(value);
  });
});

describe('ids and hashes', () => {
  const rows = goldenRows<IdentityRow>('5.5.0', 'records/identity.json').map((row) => ({
    ...row,
    title: JSON.stringify(row.input.slice(0, 60)),
  }));
  const of = (kind: string) => rows.filter((row) => row.kind === kind);

  it.each(of('offset-id'))('offset id $title', (row) => {
    const parsed = parseOffsetMessageId(row.output);
    if (parsed === undefined) throw new Error('no offset id');
    expect(parsed.host).toEqual({ ip: parseIp(row.host ?? ''), port: row.port });
    expect(parsed.physicalOffset).toBe(Number(row.offset));
    expect(offsetMessageId(parsed.host, parsed.physicalOffset)).toBe(row.output);
  });

  it.each(of('unique-id'))('unique id $title', (row) => {
    const parsed = parseUniqueId(row.input);
    expect(parsed?.ip).toEqual(parseIp(row.output));
    expect(parsed?.pid).toBe(row.pid);
  });

  it.each(of('tags-code'))('tags code of $title', (row) => {
    expect(String(tagsCodeOf(row.input))).toBe(row.output);
  });

  it.each(of('index-hash'))('index hash of $title', (row) => {
    // The one hash without a positive counterpart counts as 0.
    const hash = Math.abs(javaHashCode(row.input));
    expect(String(hash > 0x7fffffff ? 0 : hash)).toBe(row.output);
  });
});
