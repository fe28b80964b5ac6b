import { FakeClock } from '../../../testing/fake-clock.js';
import { encodeRecallHandle, parseProperties, ResponseCode, type RecallHandle, type RecallMessage } from '../../protocol/index.js';
import type { Request } from '../../remoting/index.js';
import type { AppendOutcome, MessageDraft } from '../../store/index.js';
import { recallMessage, type RecallMessageOptions } from './recall-message.js';

const NOW = Date.UTC(2024, 0, 1);
const handle: RecallHandle = { topic: 'T', brokerName: 'broker-a', time: String(NOW + 5001), messageId: 'KEY' };
const placed = { physicalOffset: 0, queueOffset: 0, storeTimestamp: 0, physicalOffsets: [0] };

function setUp(settings: Partial<RecallMessageOptions['settings']> = {}, outcome: AppendOutcome = { kind: 'ok', ...placed }) {
  const written: MessageDraft[] = [];
  const handler = recallMessage({
    writer: { write: (draft) => Promise.resolve((written.push(draft), outcome)) },
    topics: { find: (name) => (name === 'T' ? ({ topicName: 'T' } as never) : undefined) },
    stats: { countPut: () => undefined },
    identity: () => ({ brokerName: 'broker-a', storeHost: { ip: Buffer.alloc(4), port: 1 } }) as never,
    clock: new FakeClock(NOW),
    settings: {
      ...{ recallMessageEnable: true, allowRecallWhenBrokerNotWriteable: true, brokerPermission: 6, startAcceptSendRequestTimeStamp: 0 },
      ...{ timerMaxDelaySec: 3600, appendTopicForTimerDeleteKey: false, regionId: 'R' },
      ...settings,
    },
  });
  const recall = async (topic = 'T', recallHandle = encodeRecallHandle(handle)) => {
    const request = { header: { topic, recallHandle, producerGroup: 'P' }, peer: { remote: { ip: Buffer.alloc(4), port: 2 } } };
    try {
      return await handler(request as unknown as Request<typeof RecallMessage>);
    } catch (error) {
      return error as { code: number; message: string };
    }
  };
  return { written, recall };
}

describe('recallMessage', () => {
  it('stores a message that takes the named one out of its tick', async () => {
    const { written, recall } = setUp();
    expect(await recall()).toMatchObject({ code: ResponseCode.SUCCESS, header: { msgId: 'KEY' } });
    const [draft] = written;
    expect(draft).toMatchObject({ topic: 'T', queueId: 0, body: Buffer.from('0'), waitForStore: true });
    expect(Object.fromEntries(parseProperties(draft?.properties ?? ''))).toEqual({
      ...{ TAGS: '_RECALL_TAG_', TIMER_DEL_UNIQKEY: 'KEY', UNIQ_KEY: 'KEY' },
      ...{ TIMER_DELIVER_MS: String(NOW + 5001), BORN_TIMESTAMP: String(NOW), PGROUP: 'P' },
    });
  });

  it('names the topic too where releases before 5.4 are to understand it', async () => {
    const { written, recall } = setUp({ appendTopicForTimerDeleteKey: true });
    await recall();
    expect(parseProperties(written[0]?.properties ?? '').get('TIMER_DEL_UNIQKEY')).toBe('T+KEY');
  });

  it.each<[string, Partial<RecallMessageOptions['settings']>, number]>([
    ['is off', { recallMessageEnable: false }, ResponseCode.NO_PERMISSION],
    ['does not accept messages yet', { startAcceptSendRequestTimeStamp: NOW + 1 }, ResponseCode.SERVICE_NOT_AVAILABLE],
    ['may not be written to', { brokerPermission: 4, allowRecallWhenBrokerNotWriteable: false }, ResponseCode.SERVICE_NOT_AVAILABLE],
  ])('is refused where it %s', async (_, settings, code) => {
    const { written, recall } = setUp(settings);
    expect(await recall()).toMatchObject({ code });
    expect(written).toEqual([]);
  });

  it('is allowed while the broker may not be written to', async () => {
    const { recall } = setUp({ brokerPermission: 4 });
    expect(await recall()).toMatchObject({ code: ResponseCode.SUCCESS });
  });

  it.each<[string, string, string, number]>([
    ['an unknown topic', 'U', encodeRecallHandle({ ...handle, topic: 'U' }), ResponseCode.TOPIC_NOT_EXIST],
    ['no handle', 'T', 'nonsense', ResponseCode.ILLEGAL_OPERATION],
    ['a handle of another topic', 'T', encodeRecallHandle({ ...handle, topic: 'U' }), ResponseCode.ILLEGAL_OPERATION],
    ['a handle of another broker', 'T', encodeRecallHandle({ ...handle, brokerName: 'b' }), ResponseCode.ILLEGAL_OPERATION],
    ['a time that has come', 'T', encodeRecallHandle({ ...handle, time: String(NOW) }), ResponseCode.ILLEGAL_OPERATION],
    ['a time too far away', 'T', encodeRecallHandle({ ...handle, time: String(NOW + 3_600_000) }), ResponseCode.ILLEGAL_OPERATION],
    ['a time that is none', 'T', encodeRecallHandle({ ...handle, time: 'soon' }), ResponseCode.ILLEGAL_OPERATION],
  ])('is refused for %s', async (_, topic, text, code) => {
    const { written, recall } = setUp();
    expect(await recall(topic, text)).toMatchObject({ code });
    expect(written).toEqual([]);
  });

  it('says that it failed when the store refuses', async () => {
    const { recall } = setUp({}, { kind: 'not-writable', reason: 'full' });
    expect(await recall()).toMatchObject({ code: ResponseCode.SYSTEM_ERROR });
  });
});
