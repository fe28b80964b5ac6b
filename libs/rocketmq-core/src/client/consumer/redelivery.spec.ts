import { deflateSync } from 'node:zlib';
import { storedMessage, type StoredMessageOptions } from '../../../testing/stored-message.js';
import { parseProperties, versionOrdinal } from '../../protocol/index.js';
import { SendFailed } from '../errors.js';
import type { Payload } from '../producer/outgoing.js';
import type { Stored, Target } from '../producer/sender.js';
import { type FailedMessage, Redelivery } from './redelivery.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const levelsMs = [1000, 5000, 10_000];

interface Brokers {
  readonly sendBack?: Error;
  readonly send?: Error | ((payload: Payload) => Error | undefined);
  readonly master?: string;
  /** Ordinal; undefined before the first heartbeat. */
  readonly version?: number;
  /** Null: the group's setting decides. */
  readonly maxReconsumeTimes?: number | null;
}

function create({ sendBack, send, master, maxReconsumeTimes = 16, version }: Brokers) {
  const backs: { address: string; header: object }[] = [];
  const sends: Payload[] = [];
  const targets: Target[] = [];
  const logged: string[] = [];
  const redelivery = new Redelivery({
    group: 'G',
    maxReconsumeTimes: maxReconsumeTimes ?? undefined,
    levelsMs,
    calls: {
      sendBack: (address, header) => {
        backs.push({ address, header });
        return sendBack === undefined ? Promise.resolve() : Promise.reject(sendBack);
      },
    },
    table: { masterAddress: () => master },
    versions: { of: () => version },
    sender: {
      send: (payload, target) => {
        sends.push(payload);
        targets.push(target);
        const error = typeof send === 'function' ? send(payload) : send;
        return error === undefined ? Promise.resolve({} as Stored) : Promise.reject(error);
      },
    },
    logger: { log: (_level, text) => logged.push(text) },
  });
  const handBack = (message: StoredMessageOptions, more: Partial<FailedMessage> = {}) =>
    redelivery.handBack({ message: storedMessage(message), queue, localFailures: 0, ...more });
  return { backs, sends, targets, logged, handBack };
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

  it('sends a compressed body as it came, with what says so', async () => {
    const { sends, handBack } = create({ sendBack: down });
    const body = deflateSync('text');
    await handBack({ body, sysFlag: 0x309 });
    expect(sends[0]).toMatchObject({ body, sysFlag: 0x301 });
  });

  it('leaves the limit to the group when the consumer has none', async () => {
    const { backs, sends, handBack } = create({ sendBack: down, maxReconsumeTimes: null });
    await handBack({});
    expect(backs[0]?.header).not.toHaveProperty('maxReconsumeTimes');
    expect(sends[0]?.maxReconsumeTimes).toBeUndefined();
  });

  it('makes a dead letter of a message, also by way of the retry topic', async () => {
    const { backs, sends, handBack } = create({ sendBack: down });
    expect(await handBack({}, { delayLevel: -1 })).toBe(true);
    expect(backs[0]?.header).toMatchObject({ delayLevel: -1 });
    // Java makes a dead letter of a message that failed more often than this.
    expect(sends[0]).toMatchObject({ reconsumeTimes: 1, maxReconsumeTimes: 0 });
    expect(parseProperties(sends[0]!.properties).get('DELAY')).toBe('0');
  });

  it('says so when nobody takes it', async () => {
    const { handBack } = create({ sendBack: down, send: down });
    expect(await handBack({})).toBe(false);
  });
});

describe('a delay of its own', () => {
  const spent = { DELAY: '3', REAL_TOPIC: 'x', REAL_QID: '0', TIMER_OUT_MS: '1', TIMER_ENQUEUE_MS: '1', TIMER_DELAY_SEC: '9' };
  const refused = new SendFailed('no timer', { reason: 'refused', outcome: 'failed', attempts: 1, responseCode: 1 });

  it('waits at a level when there is one of its length', async () => {
    const { backs, sends, handBack } = create({});
    expect(await handBack({}, { delayMs: 5000 })).toBe(true);
    expect(backs[0]?.header).toMatchObject({ delayLevel: 2 });
    expect(sends).toEqual([]);
  });

  it('is a timer of the retry topic, with one more failure and nothing left of the delay before', async () => {
    const { backs, sends, handBack } = create({});
    expect(await handBack({ reconsumeTimes: 2, properties: { UNIQ_KEY: 'ID', ...spent } }, { delayMs: 700 })).toBe(true);
    expect(backs).toEqual([]);
    expect(sends[0]).toMatchObject({ topic: '%RETRY%G', reconsumeTimes: 3, maxReconsumeTimes: 16 });
    expect(Object.fromEntries(parseProperties(sends[0]!.properties))).toEqual({
      UNIQ_KEY: 'ID',
      ORIGIN_MESSAGE_ID: 'ID',
      RETRY_TOPIC: 'T',
      TIMER_DELAY_MS: '700',
    });
  });

  it('asks one broker once, the one that has the message, and its queues in turn', async () => {
    const { targets, handBack } = create({});
    await handBack({}, { delayMs: 700 });
    await handBack({}, { delayMs: 700 });
    const queues = ['a', 'b', 'b'].map((brokerName, queueId) => ({ topic: '%RETRY%G', brokerName, queueId }));
    const [first, second] = targets as Exclude<Target, 'any'>[];
    expect([first?.(queues)?.queueId, second?.(queues)?.queueId]).toEqual([1, 2]);
    expect(first?.(queues.slice(0, 1))?.queueId).toBe(0);
    expect(first?.([])).toBeUndefined();
  });

  it('becomes the next longer level where the timer is off, which is told once', async () => {
    const { backs, logged, handBack } = create({ send: refused });
    expect(await handBack({}, { delayMs: 700 })).toBe(true);
    expect(await handBack({}, { delayMs: 7000 })).toBe(true);
    expect(await handBack({}, { delayMs: 70_000 })).toBe(true);
    expect(backs.map(({ header }) => (header as { delayLevel: number }).delayLevel)).toEqual([1, 3, 3]);
    expect(logged).toEqual(['the broker takes no timer for a retry, such delays become the next longer level']);
  });

  it.each([
    ['V4_9_9', 1, 0],
    ['V5_0_0', 0, 1],
  ])('is given to a broker of %s: %i times at a level, %i times with a timer', async (name, levels, timers) => {
    const { backs, sends, handBack } = create({ version: versionOrdinal(name)! });
    expect(await handBack({}, { delayMs: 700 })).toBe(true);
    expect([backs.length, sends.length]).toEqual([levels, timers]);
  });

  it('is not lost when only the retry topic can be reached after the timer failed', async () => {
    const { sends, handBack } = create({
      sendBack: down,
      send: ({ properties }) => (properties.includes('TIMER_DELAY_MS') ? refused : undefined),
    });
    expect(await handBack({}, { delayMs: 700 })).toBe(true);
    expect(parseProperties(sends[1]!.properties).get('DELAY')).toBe('1');
  });
});
