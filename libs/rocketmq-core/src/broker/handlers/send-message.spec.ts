import { FakeClock } from '../../../testing/index.js';
import { deferred } from '../../base/index.js';
import type { SendMessage, TopicConfig } from '../../protocol/index.js';
import type { Reply, Request } from '../../remoting/index.js';
import { propertyStamper } from '../sending/property-text.js';
import { StatsTable } from '../stats/stats-table.js';
import { UnsavedTopics } from '../topics/unsaved-topics.js';
import { sendMessage } from './send-message.js';

const topic: TopicConfig = {
  topicName: 'New',
  readQueueNums: 4,
  writeQueueNums: 4,
  perm: 6,
  topicFilterType: 'SINGLE_TAG',
  topicSysFlag: 0,
  order: false,
  attributes: new Map(),
};

function setUp() {
  const saved = deferred<void>();
  const answered: number[] = [];
  let known = false;
  let queueOffset = 0;
  const append = () =>
    Promise.resolve({ kind: 'ok' as const, physicalOffset: 0, queueOffset: queueOffset++, storeTimestamp: 0, physicalOffsets: [0] });
  const identity = { storeHost: { ip: Buffer.alloc(4), port: 1 }, messageId: () => 'id' };
  const handler = sendMessage({
    writer: { place: (draft) => draft, append, appendBatch: append },
    transactions: { prepare: append },
    targetOf: () => {
      const created = !known;
      known = true;
      return { topic, queueId: 0, created };
    },
    stamp: propertyStamper({ fixed: new Map(), newUniqueKey: () => 'U' }),
    stats: new StatsTable('C', () => 0),
    identity: () => identity as never,
    unsaved: new UnsavedTopics(() => saved.promise),
    retrySends: { deadLetterOf: () => undefined },
    ext: new Map(),
    maxMessageSize: 100,
  });
  const send = async () => {
    const request = { header: { bornTimestamp: 1 }, body: Buffer.from('x'), peer: {} } as unknown as Request<typeof SendMessage>;
    const reply: Reply<typeof SendMessage> = await handler(request);
    answered.push(reply.header?.queueOffset ?? -1);
  };
  return { saved, answered, send };
}

describe('sendMessage', () => {
  it('answers no send to a new topic, whoever made it, before the topic is saved', async () => {
    const { saved, answered, send } = setUp();
    const sends = [send(), send()];
    await new FakeClock().settle();
    expect(answered).toEqual([]);
    saved.resolve();
    await Promise.all(sends);
    expect(answered).toEqual([0, 1]);
    await send();
    expect(answered).toEqual([0, 1, 2]);
  });

  it('answers although the topic could not be saved: the message is stored', async () => {
    const { saved, answered, send } = setUp();
    const sends = [send(), send()];
    saved.reject(new Error('EIO'));
    await Promise.all(sends);
    expect(answered).toEqual([0, 1]);
  });
});
