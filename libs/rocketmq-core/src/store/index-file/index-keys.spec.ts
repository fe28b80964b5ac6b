import fc from 'fast-check';
import { propertyOf } from '../../protocol/index.js';
import { hasIndexKey, indexHash, KeyHasher } from './index-keys.js';

const hashesOf = (topic: string, properties: string, hasher = new KeyHasher()): number[] => [...hasher.hashes(topic, properties)];
const text = (properties: readonly (readonly [string, string])[]) =>
  properties.map(([name, value]) => `${name}\u0001${value}\u0002`).join('');

describe('the keys of a record', () => {
  it('are its id, each of its keys, and its tags as a whole', () => {
    const properties = text([
      ['KEYS', 'a  b '],
      ['TAGS', 't u'],
      ['UNIQ_KEY', 'id'],
    ]);
    expect(hashesOf('orders', properties)).toEqual([
      indexHash('orders', 'id', 'unique'),
      indexHash('orders', 'a', 'key'),
      indexHash('orders', 'b', 'key'),
      indexHash('orders', 't u', 'tag'),
    ]);
    expect(hashesOf('orders', '')).toEqual([]);
  });

  it('are found as the properties are read, whatever else is there', () => {
    const name = fc.constantFrom('UNIQ_KEY', 'KEYS', 'TAGS', 'K', 'KEYSX', 'TAG', 'UNIQ', 'other');
    const value = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '标'), maxLength: 6 });
    const hasher = new KeyHasher();
    fc.assert(
      fc.property(fc.constantFrom('orders', 'payments'), fc.array(fc.tuple(name, value), { maxLength: 6 }), (topic, items) => {
        const properties = text(items);
        const id = propertyOf(properties, 'UNIQ_KEY');
        const keys = (propertyOf(properties, 'KEYS') ?? '').split(' ').filter((key) => key !== '');
        const tags = propertyOf(properties, 'TAGS');
        const expected = [
          ...(id === undefined ? [] : [indexHash(topic, id, 'unique')]),
          ...keys.map((key) => indexHash(topic, key, 'key')),
          ...(tags === undefined ? [] : [indexHash(topic, tags, 'tag')]),
        ];
        expect(hashesOf(topic, properties, hasher)).toEqual(expected);
        for (const key of keys) expect(hasIndexKey({ topic, properties }, { topic, key, type: 'key' })).toBe(true);
      }),
    );
  });

  it('have a hash that is never negative', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (topic, key) => expect(indexHash(topic, key, 'key')).toBeGreaterThanOrEqual(0)));
  });
});
