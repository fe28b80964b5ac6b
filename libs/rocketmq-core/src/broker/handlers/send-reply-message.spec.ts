import { FakeClock } from '../../../testing/index.js';
import { deferred, OperationFailed } from '../../base/index.js';
import { parseProperties, printProperties, type SendReplyMessage, type TopicConfig } from '../../protocol/index.js';
import type { Request } from '../../remoting/index.js';
import { silentLogger } from '../../runtime/index.js';
import type { AppendOutcome, MessageDraft } from '../../store/index.js';
import { StatsTable } from '../stats/stats-table.js';
import { UnsavedTopics } from '../topics/unsaved-topics.js';
import { sendReplyMessage } from './send-reply-message.js';

const topic: TopicConfig = {
  topicName: 'C_REPLY_TOPIC',
  readQueueNums: 1,
  writeQueueNums: 1,
  perm: 6,
  topicFilterType: 'SINGLE_TAG',
  topicSysFlag: 0,
  order: false,
  attributes: new Map(),
};
const accepted = { kind: 'ok' as const, physicalOffset: 40, queueOffset: 7, storeTimestamp: 0, physicalOffsets: [40] };
const host = (port: number) => ({ ip: Buffer.from([10, 0, 0, 1]), port });

type Pushed = { readonly header: { readonly properties?: string; readonly storeTimestamp: number }; readonly body: Buffer };

function setUp({
  code = 0,
  failure,
  outcome = accepted,
  storeReplyMessageEnable = true,
  save,
}: {
  readonly code?: number;
  readonly failure?: Error;
  readonly outcome?: AppendOutcome;
  readonly storeReplyMessageEnable?: boolean;
  /** Saves the topic, which the reply creates. */
  readonly save?: () => Promise<void>;
} = {}) {
  const clock = new FakeClock();
  const pushed: Pushed[] = [];
  const drafts: MessageDraft[] = [];
  const invoke = (_command: unknown, header: Pushed['header'], { body }: { body: Buffer }) => {
    pushed.push({ header, body });
    return failure === undefined ? Promise.resolve({ code, remark: 'no' }) : Promise.reject(failure);
  };
  const handler = sendReplyMessage({
    writer: { write: (draft) => (drafts.push(draft), Promise.resolve(outcome)) },
    targetOf: () => ({ topic, queueId: 0, created: save !== undefined }),
    unsaved: new UnsavedTopics(save ?? (() => Promise.resolve())),
    producers: { connectionOf: (clientId) => (clientId === 'asker' ? ({ invoke } as never) : undefined) },
    stats: new StatsTable('C', () => 0),
    identity: () => ({ storeHost: host(10_911), messageId: (at: number) => `id${at}` }) as never,
    ext: new Map([['MSG_REGION', 'r']]),
    settings: { storeReplyMessageEnable },
    clock,
    logger: silentLogger,
  });
  const reply = async (properties: readonly (readonly [string, string])[]) => {
    const header = {
      ...{ producerGroup: 'R', topic: 'C_REPLY_TOPIC', defaultTopic: 'TBW102', defaultTopicQueueNums: 4, queueId: 0 },
      ...{ sysFlag: 0x301, bornTimestamp: 5, flag: 3, properties: printProperties(new Map(properties)) },
    };
    const request = { header, body: Buffer.from('answer'), peer: { remote: host(1) } };
    return handler(request as unknown as Request<typeof SendReplyMessage>);
  };
  return { clock, pushed, drafts, reply };
}

const toAsker = [
  ['CORRELATION_ID', 'c1'],
  ['REPLY_TO_CLIENT', 'asker'],
] as const;

describe('sendReplyMessage', () => {
  it('hands the reply over with the time of the push, stores it as it came and answers with its place', async () => {
    const { clock, pushed, drafts, reply } = setUp();
    expect(await reply(toAsker)).toMatchObject({ code: 0, header: { msgId: 'id40', queueId: 0, queueOffset: 7 } });
    const [push] = pushed;
    expect(push?.body.toString()).toBe('answer');
    expect(push?.header).toMatchObject({ sysFlag: 0x301, flag: 3, bornHost: '10.0.0.1:1', storeHost: '10.0.0.1:10911' });
    const properties = parseProperties(push?.header.properties ?? '');
    expect([properties.get('CORRELATION_ID'), properties.get('PUSH_REPLY_TIME')]).toEqual(['c1', String(clock.now())]);
    expect(drafts).toMatchObject([{ topic: 'C_REPLY_TOPIC', flag: 3, sysFlag: 0x301, bornTimestamp: 5, waitForStore: true }]);
    expect([...parseProperties(drafts[0]!.properties).keys()]).toEqual(['CORRELATION_ID', 'REPLY_TO_CLIENT']);
  });

  it('stores nothing when it is told so, and answers with the ids that Java answers with', async () => {
    const { drafts, reply } = setUp({ storeReplyMessageEnable: false });
    expect(await reply(toAsker)).toMatchObject({ code: 0, header: { msgId: '0', queueOffset: 0 } });
    expect(drafts).toEqual([]);
  });

  it.each([
    ['names no client', [], {}, 'reply message properties[REPLY_TO_CLIENT] is null'],
    ['names a client that is not here', [['REPLY_TO_CLIENT', 'gone']], {}, 'push reply message fail, channel of <gone> not found.'],
    ['is refused by the client', toAsker, { code: 1 }, 'push reply message to askerfail.'],
    ['gets no answer', toAsker, { failure: new OperationFailed('timeout', 'late') }, 'push reply message to askerfail.'],
  ] as const)('tells the replier when its reply %s, and keeps the reply', async (_why, properties, how, remark) => {
    const { drafts, reply } = setUp(how);
    expect(await reply(properties)).toMatchObject({ code: 1, remark, header: { msgId: 'id40', queueOffset: 7 } });
    expect(drafts).toHaveLength(1);
  });

  it('has succeeded when the client has the reply, although the store refused it', async () => {
    const { reply } = setUp({ outcome: { kind: 'not-writable', reason: 'the disk is full' } });
    expect(await reply(toAsker)).toMatchObject({ code: 0, header: { msgId: '0' } });
  });

  it('stores a reply in a topic that it creates only once the topic is saved', async () => {
    const save = deferred<void>();
    const { clock, pushed, drafts, reply } = setUp({ save: () => save.promise });
    const answer = reply(toAsker);
    await clock.settle();
    expect([pushed.length, drafts.length]).toEqual([1, 0]);
    save.resolve();
    expect(await answer).toMatchObject({ code: 0, header: { msgId: 'id40' } });
    expect(drafts).toHaveLength(1);
  });

  it('stores no reply in a topic that cannot be saved', async () => {
    const { pushed, drafts, reply } = setUp({ save: () => Promise.reject(new Error('the disk is full')) });
    expect(await reply(toAsker)).toMatchObject({ code: 0, header: { msgId: '0' } });
    expect([pushed.length, drafts.length]).toEqual([1, 0]);
  });

  it('does not wait for the flush when the reply says so', async () => {
    const { drafts, reply } = setUp();
    await reply([...toAsker, ['WAIT', 'false']]);
    expect(drafts[0]?.waitForStore).toBe(false);
  });
});
