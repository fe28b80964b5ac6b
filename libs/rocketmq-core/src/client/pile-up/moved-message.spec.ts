import type { ReceivedMessage } from '../message-types.js';
import { movedMessage, orderKey } from './moved-message.js';

const message = (properties: Record<string, string>, keys: string[] = []) =>
  ({
    ...{ topic: 'Narrow', messageId: 'ID', body: Buffer.from('body'), tags: 'A', flag: 3, keys },
    properties: new Map(Object.entries(properties)),
  }) as unknown as ReceivedMessage;

describe('a moved message', () => {
  it('keeps body, tags, keys, flag and what the application said, and tells where it was', () => {
    const moved = movedMessage(message({ colour: 'red', UNIQ_KEY: 'ID', TRACE_ON: 'true', __SHARDINGKEY: 'k' }, ['a', 'b']), 'Wide');
    expect(moved).toMatchObject({ topic: 'Wide', tags: 'A', keys: ['a', 'b'], flag: 3 });
    expect(moved.properties).toEqual(
      new Map([
        ['colour', 'red'],
        ['__SHARDINGKEY', 'k'],
        ['movedFrom', 'Narrow:ID'],
      ]),
    );
  });

  it('goes by its sharding key, or else by its first key', () => {
    expect(orderKey(message({ __SHARDINGKEY: 'k' }, ['a']))).toBe('k');
    expect(orderKey(message({}, ['a', 'b']))).toBe('a');
    expect(orderKey(message({}))).toBeUndefined();
  });
});
