import fc from 'fast-check';

import { isProtocolViolation } from '../../base/index.js';
import { compress } from './compression.js';
import type { MessageExt } from './message.js';
import { printProperties, propertyProblem } from './properties.js';
import { PropertyName } from './property-name.js';
import { decodeRecord, decodeRecords, inspectRecord, readRecords, type InspectedRecord } from './record-reading.js';
import {
  encodeRecord,
  MAGIC_V1,
  MAGIC_V2,
  patchPhysicalOffset,
  patchQueueOffset,
  patchStoreTimestamp,
  RECORD_HEAD_SIZE,
  RECORD_SIZE_MIN,
  recordProblem,
  recordSize,
  recordStoreTimestamp,
  writeBlank,
  type RecordContent,
  type RecordPlace,
} from './record.js';
import { isCompressed, SysFlag, withCompression } from './sys-flags.js';

const v4 = { ip: Buffer.from([192, 168, 0, 1]), port: 10911 };
const v6 = { ip: Buffer.from('20010db8000000000000000000000001', 'hex'), port: 40123 };
const place: RecordPlace = { queueOffset: 7, physicalOffset: 4096, storeTimestamp: 1_700_000_000_123 };
const content = (changes: Partial<RecordContent> = {}): RecordContent => ({
  topic: 'TopicTest',
  queueId: 3,
  flag: 9,
  sysFlag: 0,
  bornTimestamp: 1_700_000_000_000,
  bornHost: v4,
  storeHost: v4,
  reconsumeTimes: 0,
  preparedTransactionOffset: 0,
  body: Buffer.from('hello'),
  properties: 'TAGS\u0001TagA\u0002KEYS\u0001k1 k2\u0002',
  ...changes,
});

function encoded(changes: Partial<RecordContent> = {}, where: RecordPlace = place): Buffer {
  const value = content(changes);
  const target = Buffer.alloc(recordSize(value, where.appendPropertyCrc));
  expect(encodeRecord(target, 0, value, where)).toBe(target.length);
  return target;
}

const recordIn = (bytes: Buffer, position = 0): InspectedRecord => {
  const inspection = inspectRecord(bytes, position, { checkCrc: true });
  if (inspection.kind !== 'record') throw new Error(JSON.stringify(inspection));
  return inspection;
};

const hosts = fc.record({
  ip: fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })).map((ip) => Buffer.from(ip)),
  port: fc.nat(65535),
});
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const safe = fc.maxSafeInteger();
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((value) => propertyProblem(value, value) === undefined);
const contents = fc.record({
  topic: fc.oneof(text, fc.string({ unit: 'grapheme-ascii', minLength: 100, maxLength: 200 })),
  queueId: int32,
  flag: int32,
  sysFlag: int32.map((bits) => bits & ~(SysFlag.BORN_HOST_V6 | SysFlag.STORE_HOST_V6)),
  bornTimestamp: safe,
  bornHost: hosts,
  storeHost: hosts,
  reconsumeTimes: int32,
  preparedTransactionOffset: safe,
  body: fc.uint8Array({ maxLength: 300 }).map((body) => Buffer.from(body)),
  properties: fc.array(fc.tuple(text, text)).map((pairs) => printProperties(new Map(pairs))),
});
const places = fc.record({
  queueOffset: fc.nat(Number.MAX_SAFE_INTEGER),
  physicalOffset: fc.nat(Number.MAX_SAFE_INTEGER),
  storeTimestamp: safe,
  appendPropertyCrc: fc.boolean(),
});

describe('record', () => {
  it('has the byte layout of Apache', () => {
    expect(encoded().toString('hex')).toBe(
      [
        '0000007e daa320a7 3610a686 00000003 00000009 0000000000000007 0000000000001000 00000000',
        '0000018bcfe56800 c0a80001 00002a9f 0000018bcfe5687b c0a80001 00002a9f 00000000 0000000000000000',
        '00000005 68656c6c6f 09 546f70696354657374 0015 5441475301546167410 24b455953016b31206b3202',
      ]
        .join('')
        .replaceAll(' ', ''),
    );
  });

  it('writes V2 when the topic has more than 127 bytes', () => {
    expect(encoded({ topic: 'x'.repeat(127) }).readInt32BE(4)).toBe(MAGIC_V1);
    const bytes = encoded({ topic: 'x'.repeat(128) });
    expect(bytes.readInt32BE(4)).toBe(MAGIC_V2);
    expect(decodeRecord(bytes).topic).toBe('x'.repeat(128));
    expect(decodeRecord(encoded({ topic: '中'.repeat(43) })).topic).toBe('中'.repeat(43));
  });

  it('gives back what was written, wherever it lies in the buffer', () => {
    fc.assert(
      fc.property(contents, places, fc.nat(16), (value, where, at) => {
        const size = recordSize(value, where.appendPropertyCrc);
        const buffer = Buffer.alloc(at + size + 3, 0xee);
        expect(encodeRecord(buffer, at, value, where)).toBe(size);
        const record = inspectRecord(buffer, at, { checkCrc: true, physicalOffset: where.physicalOffset });
        expect(record).toMatchObject({
          ...{ kind: 'record', size, topic: value.topic, queueId: value.queueId, flag: value.flag, body: value.body },
          ...{ bornTimestamp: value.bornTimestamp, bornHost: value.bornHost, storeHost: value.storeHost },
          ...{ reconsumeTimes: value.reconsumeTimes, preparedTransactionOffset: value.preparedTransactionOffset },
          ...{ queueOffset: where.queueOffset, physicalOffset: where.physicalOffset, storeTimestamp: where.storeTimestamp },
        });
        expect((record as InspectedRecord).propertiesText.startsWith(value.properties)).toBe(true);
        expect(buffer.subarray(at + size)).toEqual(Buffer.alloc(3, 0xee));
      }),
    );
  });

  it('notices every single flipped bit that a checksum or a length covers', () => {
    const bytes = encoded({}, { ...place, appendPropertyCrc: true });
    for (let bit = 0; bit < (bytes.length - 20) * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const { kind } = inspectRecord(flipped, 0, { checkCrc: true });
      if (kind === 'record') throw new Error(`bit ${bit} went unnoticed`);
    }
  });

  it('says something about any bytes, mutated records above all', () => {
    const mutation = fc.tuple(contents, places, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }), fc.nat());
    fc.assert(
      fc.property(mutation, ([value, where, changes, cut]) => {
        const bytes = Buffer.alloc(recordSize(value, where.appendPropertyCrc));
        encodeRecord(bytes, 0, value, where);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const inspection = inspectRecord(bytes.subarray(0, cut % (bytes.length + 1)), 0, { checkCrc: true });
        expect(['record', 'blank', 'end', 'partial', 'damaged']).toContain(inspection.kind);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(inspectRecord(Buffer.from(bytes), 0).kind).not.toBe('record');
      }),
    );
  });

  it.each([
    ['negative size', 0, -1],
    ['zero size', 0, 0],
    ['size below the smallest record', 0, RECORD_SIZE_MIN - 1],
    ['size one too small', 0, 0x76],
    ['negative body size', 84, -1],
    ['body size beyond the record', 84, 1000],
    ['largest body size', 84, 0x7fffffff],
  ])('refuses a %s', (_what, at, value) => {
    const bytes = encoded();
    bytes.writeInt32BE(value, at);
    expect(inspectRecord(bytes, 0)).toMatchObject({ kind: 'damaged' });
  });

  it('refuses negative topic and property lengths and offsets beyond the safe range', () => {
    const topic = encoded();
    topic.writeInt8(-1, 93);
    expect(inspectRecord(topic, 0)).toEqual({ kind: 'damaged', reason: 'topic of -1 bytes' });
    const properties = encoded();
    properties.writeInt16BE(-1, 103);
    expect(inspectRecord(properties, 0)).toEqual({ kind: 'damaged', reason: 'properties of -1 bytes' });
    const offset = encoded();
    offset.writeBigInt64BE(2n ** 53n, 20);
    expect(inspectRecord(offset, 0)).toMatchObject({ kind: 'damaged' });
  });

  it('knows a wrong place, a wrong body, a blank tail, the end and a cut', () => {
    const bytes = encoded();
    expect(inspectRecord(bytes, 0, { physicalOffset: 4096 })).toMatchObject({ kind: 'record' });
    expect(inspectRecord(bytes, 0, { physicalOffset: 4097 })).toMatchObject({ kind: 'damaged' });
    expect(inspectRecord(bytes, 0, { sizeMax: bytes.length - 1 })).toMatchObject({ kind: 'damaged' });
    expect(inspectRecord(bytes.subarray(0, 100), 0)).toEqual({ kind: 'partial', size: bytes.length });
    expect(inspectRecord(bytes.subarray(0, 7), 0)).toEqual({ kind: 'partial', size: 8 });
    expect(inspectRecord(Buffer.alloc(8), 0)).toEqual({ kind: 'end' });
    const tail = Buffer.alloc(32);
    writeBlank(tail, 4, 28);
    expect(inspectRecord(tail, 4)).toEqual({ kind: 'blank', size: 28 });
    expect(tail.toString('hex', 4, 12)).toBe('0000001ccbd43194');
    bytes[88] = 0;
    expect(inspectRecord(bytes, 0)).toMatchObject({ kind: 'record' });
    expect(inspectRecord(bytes, 0, { checkCrc: true })).toEqual({ kind: 'damaged', reason: 'the body does not match its checksum' });
  });

  it('patches place and time in an encoded record', () => {
    for (const bornHost of [v4, v6]) {
      const bytes = encoded({ bornHost });
      patchQueueOffset(bytes, 0, 11);
      patchPhysicalOffset(bytes, 0, 2 ** 40);
      patchStoreTimestamp(bytes, 0, 1_800_000_000_000);
      expect(recordIn(bytes)).toMatchObject({ queueOffset: 11, physicalOffset: 2 ** 40, storeTimestamp: 1_800_000_000_000, bornHost });
      expect(recordStoreTimestamp(bytes.subarray(0, RECORD_HEAD_SIZE))).toBe(1_800_000_000_000);
    }
  });

  it('ends the properties before it appends the checksum', () => {
    const record = recordIn(encoded({ properties: 'a\u0001b' }, { ...place, appendPropertyCrc: true }));
    expect(record.propertiesText.split('\u0002').map((item) => item.replace(/\d{10}$/, 'digits'))).toEqual([
      'a\u0001b',
      '__CRC32#\u0001digits',
      '',
    ]);
    expect(record.property('a')).toBe('b');
  });

  it('says why a content cannot become a record', () => {
    const limits = { bodySizeMax: 5 };
    expect(recordProblem(content(), limits)).toBeUndefined();
    expect(recordProblem(content({ body: Buffer.alloc(6) }), limits)).toMatch(/body/);
    expect(recordProblem(content({ properties: 'x'.repeat(32767) }), limits)).toBeUndefined();
    expect(recordProblem(content({ properties: 'x'.repeat(32768) }), limits)).toMatch(/properties/);
    expect(recordProblem(content({ properties: '中'.repeat(10923) }), limits)).toMatch(/properties/);
    expect(recordProblem(content({ properties: 'x'.repeat(32750) }), { ...limits, appendPropertyCrc: true })).toMatch(/properties/);
    expect(recordProblem(content({ topic: '' }), limits)).toMatch(/topic/);
  });

  it('never writes past the buffer it was given', () => {
    const value = content();
    for (let size = 0; size < recordSize(value); size++) expect(() => encodeRecord(Buffer.alloc(size), 0, value, place)).toThrow();
  });

  it('decodes the messages of an answer and refuses what is none', () => {
    const one = encoded();
    const two = encoded({ topic: 'Other', bornHost: v6, storeHost: v6 }, { ...place, queueOffset: 8 });
    const messages = decodeRecords(Buffer.concat([one, two]));
    expect(messages.map(({ topic, queueOffset, storeSize }) => [topic, queueOffset, storeSize])).toEqual([
      ['TopicTest', 7, one.length],
      ['Other', 8, two.length],
    ]);
    expect(messages[0]?.properties.get(PropertyName.TAGS)).toBe('TagA');
    expect(messages[1]?.bornHost).toEqual(v6);
  });

  it.each([
    ['decodeRecords', decodeRecords],
    ['readRecords', readRecords],
  ])('%s refuses what is no row of records', (_name, read) => {
    const one = encoded();
    const refusal = (bytes: Buffer) => {
      try {
        read(bytes);
      } catch (error) {
        return isProtocolViolation(error);
      }
      return undefined;
    };
    expect(refusal(Buffer.concat([one, one.subarray(0, 50)]))).toBe(true);
    expect(refusal(Buffer.concat([one, Buffer.alloc(9)]))).toBe(true);
    expect(refusal(Buffer.alloc(0))).toBeUndefined();
  });

  it('reads the same message in place as it decodes, and the same parts every time', () => {
    fc.assert(
      fc.property(contents, places, contents, (first, where, second) => {
        const records = [first, second].map((value) => {
          const bytes = Buffer.alloc(recordSize(value, where.appendPropertyCrc));
          encodeRecord(bytes, 0, value, where);
          return bytes;
        });
        const read = readRecords(Buffer.concat(records));
        decodeRecords(Buffer.concat(records)).forEach((decoded, at) => {
          const record = read[at];
          for (const name of Object.keys(decoded) as (keyof MessageExt)[]) expect(record?.[name]).toEqual(decoded[name]);
          expect([record?.body === record?.body, record?.properties === record?.properties]).toEqual([true, true]);
        });
      }),
    );
  });

  it('decompresses bodies within the limit and leaves the others as they are', () => {
    const plain = Buffer.from('a'.repeat(1000));
    const zlib = encoded({ body: compress(plain, 'zlib'), sysFlag: withCompression(0, 'zlib') });
    const legacy = encoded({ body: compress(plain, 'zlib'), sysFlag: SysFlag.COMPRESSED });
    const broken = encoded({ body: Buffer.from('no zlib'), sysFlag: SysFlag.COMPRESSED });
    const all = Buffer.concat([zlib, legacy, broken]);
    expect(decodeRecords(all).map((message) => isCompressed(message.sysFlag))).toEqual([true, true, true]);
    expect(decodeRecords(all, { decompressMax: 1000 }).map((message) => [isCompressed(message.sysFlag), message.body.length])).toEqual([
      [false, 1000],
      [false, 1000],
      [true, 7],
    ]);
    expect(decodeRecords(zlib, { decompressMax: 999 })[0]?.body).toEqual(compress(plain, 'zlib'));
  });
});
