import { inspect } from 'node:util';
import { deflateSync } from 'node:zlib';
import { storedMessage, type StoredMessageOptions } from '../../testing/stored-message.js';
import type { ReceivedMessage } from './message-types.js';
import { receivedMessage } from './received-message.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const receive = (options: StoredMessageOptions, localFailures = 0) =>
  receivedMessage({ message: storedMessage(options), bounds: { minOffset: 1, maxOffset: 9 }, localFailures }, queue);

describe('receivedMessage', () => {
  it('shows where a message is from and where it is', () => {
    const received = receive({ queueOffset: 4, physicalOffset: 4000, reconsumeTimes: 1 }, 2);
    expect(received).toMatchObject({
      topic: 'T',
      queue,
      queueOffset: 4,
      physicalOffset: 4000,
      bornHost: '10.0.0.1:50000',
      storeHost: '10.0.0.2:10911',
      reconsumeTimes: 3,
      keys: [],
      tags: undefined,
      transactionId: undefined,
    });
    expect([received.properties.get('MIN_OFFSET'), received.properties.get('MAX_OFFSET')]).toEqual(['1', '9']);
  });

  it('takes the offset id when the producer gave none', () => {
    const received = receive({ physicalOffset: 0x1234 });
    expect(received.messageId).toBe('0A00000200002A9F0000000000001234');
    expect(receive({ properties: { UNIQ_KEY: 'ID' } })).toMatchObject({
      messageId: 'ID',
      offsetMessageId: '0A00000200002A9F0000000000000000',
    });
  });

  it('decompresses', () => {
    expect(receive({ body: deflateSync('text'), sysFlag: 0x301 }).body.toString()).toBe('text');
    expect(receive({ body: deflateSync('old client'), sysFlag: 1 }).body.toString()).toBe('old client');
    expect(() => receive({ body: 'x', sysFlag: 0x401 | 0x300 })).toThrow('not known');
  });

  it('names the original topic of retries only', () => {
    expect(receive({ topic: '%RETRY%G', properties: { RETRY_TOPIC: 'Original' } }).topic).toBe('Original');
    expect(receive({ topic: '%RETRY%G' }).topic).toBe('%RETRY%G');
    expect(receive({ topic: 'T', properties: { RETRY_TOPIC: 'Original' } }).topic).toBe('T');
  });

  it('lets a listener do to its properties what it likes', () => {
    const message = storedMessage({ properties: { TAGS: 'a', UNIQ_KEY: 'ID', own: '1' } });
    const pulled = { message, bounds: undefined, localFailures: 0 };
    const received = receivedMessage(pulled, queue);
    const properties = received.properties as Map<string, string>;
    properties.clear();
    properties.set('TAGS', 'b');
    expect(received.properties).toBe(properties);
    expect([received.tags, received.messageId]).toEqual(['a', 'ID']);
    expect([...message.properties]).toEqual([...receivedMessage(pulled, queue).properties]);
  });

  it('stays as it was delivered when it fails meanwhile', () => {
    const pulled = { message: storedMessage({ reconsumeTimes: 1 }), bounds: undefined, localFailures: 0 };
    const received = receivedMessage(pulled, queue);
    pulled.localFailures += 1;
    expect(received.reconsumeTimes).toBe(1);
  });

  it('names no bounds of its queue when it did not come with a pull', () => {
    const received = receivedMessage({ message: storedMessage(), bounds: undefined, localFailures: 0 }, queue);
    expect([...received.properties.keys()]).toEqual([]);
  });

  it('is shown with all its fields, in logs, in JSON and to other threads', () => {
    const received = receive({ topic: '%RETRY%G', body: 'text', properties: { RETRY_TOPIC: 'Original', TAGS: 'a', KEYS: 'k1 k2' } });
    const shown = JSON.parse(JSON.stringify(received)) as Record<string, unknown>;
    expect(shown).toMatchObject({ topic: 'Original', tags: 'a', keys: ['k1', 'k2'], bornHost: '10.0.0.1:50000', queue });
    expect(inspect(received)).toContain("topic: 'Original'");
    const plain = (received as ReceivedMessage & { toJSON(): ReceivedMessage }).toJSON();
    expect(structuredClone(plain).properties).toEqual(received.properties);
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(received)).filter((name) => !/constructor|toJSON|copy/.test(name));
    expect(Object.keys(plain)).toEqual(expect.arrayContaining([...names, 'queue', 'reconsumeTimes']));
  });
});
