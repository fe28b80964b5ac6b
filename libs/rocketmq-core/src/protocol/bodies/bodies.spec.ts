import fc from 'fast-check';

import { isProtocolViolation } from '../../base/index.js';
import { allBodies, configFileBodies } from './all.js';
import type { BodyKind } from './body-kinds.js';
import type { BodyFields, ObjectKind } from './define-body.js';
import { decodeTopicConfigSerializeWrapper, encodeTopicConfigSerializeWrapper, type TopicConfig } from './topic-config.js';

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const queue = fc.record({ topic: text, brokerName: text, queueId: int32 }, { noNullPrototype: true });

const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  int: int32,
  long: fc.maxSafeInteger(),
  offset: fc.maxSafeInteger(),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: fc.boolean(),
  string: text,
  bytes: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  messageQueue: queue,
};

function collectionOf(kind: BodyKind<unknown>, item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const few = { maxLength: 3 };
  if (kind.type === 'list') return fc.array(item, few);
  if (kind.type === 'map') return fc.array(fc.tuple(text, item), few).map((entries) => new Map(entries));
  if (kind.type === 'intMap') return fc.array(fc.tuple(fc.maxSafeInteger(), item), few).map((entries) => new Map(entries));
  if (kind.type === 'queueMap') return fc.array(fc.tuple(queue, item), few);
  throw new Error(`a kind that this test does not know: ${kind.type}`);
}

function valuesOf(kind: BodyKind<unknown>): fc.Arbitrary<unknown> {
  if (kind.type === 'object') return objectsOf((kind as ObjectKind<BodyFields>).fields);
  if (kind.names !== undefined) return fc.constantFrom(...kind.names);
  return kind.item === undefined ? (scalars[kind.type] ?? fc.constant(undefined)) : collectionOf(kind, valuesOf(kind.item));
}

function objectsOf(fields: BodyFields): fc.Arbitrary<unknown> {
  const model = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valuesOf(field.kind as BodyKind<unknown>)]));
  const requiredKeys = Object.keys(fields).filter((name) => fields[name]?.always === true);
  return fc.record(model, { requiredKeys, noNullPrototype: true });
}

const bodies = [...allBodies, ...configFileBodies];

describe.each(bodies.map((body) => [body.name, body] as const))('%s', (_name, body) => {
  const values = valuesOf(body.kind as BodyKind<unknown>);

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(values, fc.boolean(), fc.boolean(), (value, pretty, quotedKeys) => {
        expect(body.decode(body.encode(value, { pretty, quotedKeys }))).toEqual(value);
      }),
      { numRuns: 30 },
    );
  });

  it('is a typed error when damaged', () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 3 }), (value, at, noise) => {
        const bytes = body.encode(value);
        bytes.set(noise.subarray(0, bytes.length), at % Math.max(1, bytes.length - noise.length));
        for (const damaged of [bytes, bytes.subarray(0, at % bytes.length)]) {
          try {
            body.decode(damaged);
          } catch (error) {
            if (!isProtocolViolation(error)) throw error;
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('a topic table', () => {
  it('of many topics is one body', () => {
    const config = (topicName: string): TopicConfig => ({
      ...{ topicName, readQueueNums: 8, writeQueueNums: 8, perm: 6, topicFilterType: 'SINGLE_TAG', topicSysFlag: 0, order: false },
      attributes: new Map([['later.release', 'kept']]),
    });
    const topicConfigTable = new Map(Array.from({ length: 50_000 }, (_, i) => [`topic-${i}`, config(`topic-${i}`)]));
    const dataVersion = { counter: 1, stateVersion: 0, timestamp: 3 };
    const read = decodeTopicConfigSerializeWrapper(encodeTopicConfigSerializeWrapper({ dataVersion, topicConfigTable }));
    expect(read.topicConfigTable.size).toBe(50_000);
    expect(read.topicConfigTable.get('topic-49999')).toEqual(config('topic-49999'));
  });
});
