import { deflateSync } from 'node:zlib';
import { storedMessage, type StoredMessageOptions } from '../../testing/stored-message.js';
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
});
