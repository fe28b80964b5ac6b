import fc from 'fast-check';

import { ByteWriter, isProtocolViolation } from '../../base/index.js';
import { compress } from '../message/compression.js';
import {
  decodeRegisterBrokerBody,
  encodeCompressedRegisterBrokerBody,
  encodeRegisterBrokerBody,
  type RegisterBrokerBody,
} from './register-broker.js';
import type { TopicConfig } from './topic-config.js';

const version = { counter: 12, stateVersion: 3, timestamp: 1_700_000_000_000 };
const topic = (topicName: string, changes: Partial<TopicConfig> = {}): [string, TopicConfig] => [
  topicName,
  {
    ...{ topicName, readQueueNums: 4, writeQueueNums: 2, perm: 6, topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false },
    attributes: new Map(),
    ...changes,
  },
];
const body: RegisterBrokerBody = {
  filterServerList: ['10.0.0.1:2222'],
  topicConfigSerializeWrapper: {
    dataVersion: version,
    mappingDataVersion: { counter: 0, stateVersion: 0, timestamp: 0 },
    topicConfigTable: new Map([topic('orders'), topic('中文', { topicFilterType: 'MULTI_TAG', attributes: new Map([['a b', 'c d']]) })]),
    topicQueueMappingDetailMap: new Map(),
    topicQueueMappingInfoMap: new Map([
      [
        'static',
        { bname: 'b', currIdMap: new Map([[0, 0]]), dirty: false, epoch: 1, scope: '__global__', topic: 'static', totalQueues: 4 },
      ],
    ]),
  },
};
const compressed = { compressed: true, version: 479 };

const outcome = (bytes: Buffer, inflatedSizeMax?: number) => {
  try {
    return decodeRegisterBrokerBody(bytes, { ...compressed, inflatedSizeMax });
  } catch (error) {
    if (isProtocolViolation(error)) return 'violation';
    throw error;
  }
};

describe('registration body', () => {
  it('is read back in both forms', () => {
    expect(decodeRegisterBrokerBody(encodeRegisterBrokerBody(body))).toEqual(body);
    expect(outcome(encodeCompressedRegisterBrokerBody(body))).toEqual(body);
  });

  it('has no mappings from a broker older than 5.0', () => {
    const read = decodeRegisterBrokerBody(encodeCompressedRegisterBrokerBody(body), { compressed: true, version: 409 });
    expect(read.topicConfigSerializeWrapper.topicQueueMappingInfoMap.size).toBe(0);
    expect(read.topicConfigSerializeWrapper.topicConfigTable.size).toBe(2);
  });

  it('has topics without attributes from older brokers', () => {
    const out = new ByteWriter();
    const part = (text: string) => out.int32(Buffer.byteLength(text)).text(text);
    part('{"counter":1,"timestamp":2}');
    out.int32(1);
    part('orders 8 8 6 SINGLE_TAG');
    part('[]');
    const read = decodeRegisterBrokerBody(compress(out.finish(), 'zlib'), { compressed: true, version: 300 });
    expect(read.topicConfigSerializeWrapper.topicConfigTable).toEqual(new Map([topic('orders', { readQueueNums: 8, writeQueueNums: 8 })]));
  });

  it.each([
    'orders',
    'orders a 8 6 SINGLE_TAG',
    'orders 8 8 6 OTHER',
    ' 8 8 6 SINGLE_TAG',
    'orders 8 8 6 SINGLE_TAG {',
    'orders 99999999999 8 6 SINGLE_TAG',
  ])('refuses the topic %j', (text) => {
    const out = new ByteWriter();
    const part = (one: string) => out.int32(Buffer.byteLength(one)).text(one);
    part('{}');
    out.int32(1);
    part(text);
    part('[]');
    expect(outcome(compress(out.int32(0).finish(), 'zlib'))).toBe('violation');
  });

  it('refuses what is cut, garbled or too large', () => {
    const bytes = encodeCompressedRegisterBrokerBody(body);
    for (let size = 0; size < bytes.length; size += 7) expect(outcome(bytes.subarray(0, size))).toBe('violation');
    expect(outcome(bytes, 50)).toBe('violation');
    expect(outcome(compress(Buffer.alloc(200 << 20), 'zlib'))).toBe('violation');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        expect(outcome(compress(Buffer.from(noise), 'zlib'))).toBe('violation');
      }),
    );
  });
});
