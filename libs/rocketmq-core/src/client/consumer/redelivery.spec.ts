import { deflateSync } from 'node:zlib';
import { storedMessage, type StoredMessageOptions } from '../../../testing/stored-message.js';
import { parseProperties } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import type { Payload } from '../producer/outgoing.js';
import type { Stored } from '../producer/sender.js';
import { Redelivery } from './redelivery.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const compression = { compressMsgBodyOverHowmuch: 4096, compressType: 'zlib', compressLevel: 5 } as const;

function create({ sendBack, send, master }: { sendBack?: Error; send?: Error; master?: string }) {
  const backs: { address: string; header: object }[] = [];
  const sends: Payload[] = [];
  const redelivery = new Redelivery({
    group: 'G',
    maxReconsumeTimes: 16,
    calls: {
      sendBack: (address, header) => {
        backs.push({ address, header });
        return sendBack === undefined ? Promise.resolve() : Promise.reject(sendBack);
      },
    },
    table: { masterAddress: () => master },
    sender: {
      send: (payload) => {
        sends.push(payload);
        return send === undefined ? Promise.resolve({} as Stored) : Promise.reject(send);
      },
    },
    compression,
    logger: silentLogger,
  });
  const handBack = (message: StoredMessageOptions, more: { localFailures?: number; delayLevel?: number } = {}) =>
    redelivery.handBack({ message: storedMessage(message), queue, localFailures: 0, delayLevel: 0, ...more });
  return { backs, sends, handBack };
}

const down = new Error('down');

describe('Redelivery', () => {
  it('asks the broker that has the message to take it back', async () => {
    const { backs, sends, handBack } = create({ master: 'master:1' });
    const message = { topic: '%RETRY%G', physicalOffset: 4711, properties: { UNIQ_KEY: 'ID', RETRY_TOPIC: 'Original' } };
    expect(await handBack(message, { delayLevel: 2 })).toBe(true);
    expect(sends).toEqual([]);
    expect(backs).toEqual([
      {
        address: 'master:1',
        header: {
          offset: 4711,
          group: 'G',
          delayLevel: 2,
          originMsgId: 'ID',
          originTopic: 'Original',
          unitMode: false,
          maxReconsumeTimes: 16,
          bname: 'b',
        },
      },
    ]);
  });

  it('asks the host that stored it when no route names the broker', async () => {
    const { backs, handBack } = create({});
    await handBack({});
    expect(backs[0]?.address).toBe('10.0.0.2:10911');
  });

  it('sends it to the retry topic when that fails', async () => {
    const { sends, handBack } = create({ sendBack: down });
    const properties = { UNIQ_KEY: 'ID', TAGS: 'A', TRAN_MSG: 'true' };
    expect(await handBack({ body: 'text', reconsumeTimes: 1, properties }, { localFailures: 1 })).toBe(true);
    expect(sends[0]).toMatchObject({ topic: '%RETRY%G', body: Buffer.from('text'), reconsumeTimes: 3, maxReconsumeTimes: 16, sysFlag: 0 });
    expect(Object.fromEntries(parseProperties(sends[0]!.properties))).toEqual({
      UNIQ_KEY: 'ID',
      TAGS: 'A',
      ORIGIN_MESSAGE_ID: 'ID',
      RETRY_TOPIC: 'T',
      DELAY: '5',
    });
  });

  it('keeps the first origin of a message that failed before', async () => {
    const { sends, handBack } = create({ sendBack: down });
    const properties = { UNIQ_KEY: 'ID', ORIGIN_MESSAGE_ID: 'FIRST', RETRY_TOPIC: 'Original' };
    await handBack({ topic: '%RETRY%G', properties }, { delayLevel: 7 });
    const sent = parseProperties(sends[0]!.properties);
    expect([sent.get('ORIGIN_MESSAGE_ID'), sent.get('RETRY_TOPIC'), sent.get('DELAY')]).toEqual(['FIRST', 'Original', '7']);
  });

  it('sends a compressed body as the text it was', async () => {
    const { sends, handBack } = create({ sendBack: down });
    await handBack({ body: deflateSync('text'), sysFlag: 0x301 });
    expect(sends[0]).toMatchObject({ body: Buffer.from('text'), sysFlag: 0 });
  });

  it('says so when nobody takes it', async () => {
    const { handBack } = create({ sendBack: down, send: down });
    expect(await handBack({})).toBe(false);
    const unreadable = create({ sendBack: down });
    expect(await unreadable.handBack({ body: 'not compressed', sysFlag: 0x301 })).toBe(false);
  });
});
