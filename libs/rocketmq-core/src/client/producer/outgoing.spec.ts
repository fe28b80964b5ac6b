import { decodeBatchBody, decompress, parseProperties } from '../../protocol/index.js';
import { isInvalidInput } from '../errors.js';
import type { OutgoingMessage } from '../message-types.js';
import { batchPayload, checkMessage, singlePayload, sizeInBatch } from './outgoing.js';

const options = { maxMessageSize: 10_000, messageId: 'ID' };
const settings = { compressMsgBodyOverHowmuch: 4096, compressType: 'zlib', compressLevel: 5 } as const;
const check = (message: Partial<OutgoingMessage>) => checkMessage({ topic: 'T', body: 'x', ...message }, options);
const fieldOf = (message: Partial<OutgoingMessage>): string => {
  try {
    check(message);
    return 'nothing';
  } catch (error) {
    return isInvalidInput(error) ? error.field : 'another error';
  }
};

describe('checkMessage', () => {
  it('writes tags, keys, own properties and the id', () => {
    const checked = check({ tags: 'A', keys: ['k1', 'k2'], properties: { region: 'eu' }, waitStoreMsgOK: false });
    expect(Object.fromEntries(parseProperties(checked.properties))).toEqual({
      TAGS: 'A',
      KEYS: 'k1 k2',
      region: 'eu',
      WAIT: 'false',
      UNIQ_KEY: 'ID',
    });
  });

  it('takes properties as a map, and bytes that are a view', () => {
    const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    const checked = check({ properties: new Map([['a', 'b']]), body: bytes });
    expect(parseProperties(checked.properties).get('a')).toBe('b');
    expect([...checked.body]).toEqual([2, 3]);
  });

  it('writes the sharding key', () => {
    const checked = checkMessage({ topic: 'T', body: 'x' }, { ...options, shardingKey: 'order-1' });
    expect(parseProperties(checked.properties).get('__SHARDINGKEY')).toBe('order-1');
  });

  it.each<[string, Partial<OutgoingMessage>]>([
    ['topic', { topic: '' }],
    ['topic', { topic: 'a b' }],
    ['topic', { topic: 't'.repeat(128) }],
    ['topic', { topic: 'SCHEDULE_TOPIC_XXXX' }],
    ['body', { body: '' }],
    ['body', { body: 'x'.repeat(10_001) }],
    ['flag', { flag: 1.5 }],
    ['flag', { flag: 2 ** 31 }],
    ['keys', { keys: ['a b'] }],
    ['keys', { keys: [''] }],
    ['tags', { tags: 'a\u0002b' }],
    ['properties', { properties: { UNIQ_KEY: 'mine' } }],
    ['properties', { properties: { a: '' } }],
    ['properties', { properties: { 'a\u0001': 'b' } }],
    ['properties', { properties: { a: 'x'.repeat(33_000) } }],
  ])('refuses a wrong %s: %j', (field, message) => {
    expect(fieldOf(message)).toBe(field);
  });

  it('accepts the longest properties and the largest body', () => {
    expect(fieldOf({ body: 'x'.repeat(10_000), properties: { a: 'x'.repeat(32_700) } })).toBe('nothing');
  });
});

describe('singlePayload', () => {
  it('compresses large bodies and says how', () => {
    const body = Buffer.alloc(5000, 'a');
    const payload = singlePayload(check({ body }), settings);
    expect(payload.sysFlag).toBe(0x301);
    expect(decompress(payload.body, 'zlib', 10_000)).toEqual(body);
  });

  it('leaves small bodies as they are', () => {
    expect(singlePayload(check({ body: 'a'.repeat(4095) }), settings).sysFlag).toBe(0);
  });

  it('leaves bodies that do not shrink as they are', () => {
    const body = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i * 31 + (i >> 3) * 17) & 0xff));
    const noisy = Buffer.from(body.map((byte, i) => byte ^ ((i * 2654435761) >>> 24)));
    const payload = singlePayload(check({ body: noisy }), { ...settings, compressLevel: 0 });
    expect(payload).toMatchObject({ sysFlag: 0, body: noisy });
  });
});

describe('batchPayload', () => {
  it('packs messages with their own ids, uncompressed', () => {
    const messages = ['1', '2'].map((id) => checkMessage({ topic: 'T', body: Buffer.alloc(5000) }, { ...options, messageId: id }));
    const payload = batchPayload(messages, 'ENVELOPE');
    expect(payload).toMatchObject({ batch: true, sysFlag: 0, topic: 'T' });
    expect(payload.body.length).toBe(messages.reduce((size, message) => size + sizeInBatch(message), 0));
    const ids = decodeBatchBody(payload.body).map((item) => parseProperties(item.properties).get('UNIQ_KEY'));
    expect(ids).toEqual(['1', '2']);
    expect(Object.fromEntries(parseProperties(payload.properties))).toEqual({ WAIT: 'true', UNIQ_KEY: 'ENVELOPE' });
  });
});
