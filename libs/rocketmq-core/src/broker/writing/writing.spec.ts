import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { makeStore, messageDraft } from '../../../testing/store-fixtures.js';
import { parseProperties, printProperties, SysFlag } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import type { MessageDraft, MessageStore } from '../../store/index.js';
import { draftOf } from './draft-of.js';
import { MessageWriter, type Redirect } from './message-writer.js';
import { QueueReader } from './queue-reader.js';

const toOther: Redirect = (draft) => (draft.topic === 'TopicTest' ? { ...draft, topic: 'Other' } : undefined);
const refuse: Redirect = (draft) => (draft.topic === 'Bad' ? { kind: 'message-illegal', reason: 'bad' } : undefined);

describe('writing and reading of the broker itself', () => {
  let store: MessageStore;
  let writer: MessageWriter;
  let reader: QueueReader;

  beforeEach(async () => {
    store = makeStore(new MemoryFileSystem());
    await store.open();
    writer = new MessageWriter({ store, redirects: [toOther, refuse] });
    reader = new QueueReader({ store, logger: silentLogger });
  });
  afterEach(() => store.close());

  const read = (topic: string, queueOffset = 0, maxMessages = 100) => reader.read({ topic, queueId: 0, queueOffset, maxMessages });

  it('stores a message where the first redirect that answers says', async () => {
    await writer.write(messageDraft({ topic: 'TopicTest' }));
    expect((await read('TopicTest')).messages).toEqual([]);
    expect((await read('Other')).messages).toHaveLength(1);
  });

  it('refuses what a redirect refuses', async () => {
    await expect(writer.write(messageDraft({ topic: 'Bad' }))).resolves.toEqual({ kind: 'message-illegal', reason: 'bad' });
  });

  it('leaves halves of transactions and finished drafts where they are', async () => {
    await writer.write(messageDraft({ topic: 'TopicTest', sysFlag: SysFlag.TRANSACTION_PREPARED }));
    await writer.append(messageDraft({ topic: 'TopicTest' }));
    expect((await read('Other')).messages).toEqual([]);
    // The half is in the log but in no queue.
    expect((await read('TopicTest')).messages).toHaveLength(1);
  });

  it('reads on, more at once than a consumer may, and counts nothing', async () => {
    const drafts = Array.from({ length: 50 }, (_, i) => messageDraft({ topic: 'T', body: Buffer.from(String(i)) }));
    await Promise.all(drafts.map((draft) => writer.append(draft)));
    const first = await read('T', 0, 40);
    expect(first.messages.map((message) => message.body.toString())).toEqual([...Array(40).keys()].map(String));
    expect(first).toMatchObject({ nextOffset: 40, minOffset: 0, maxOffset: 50 });
    expect((await read('T', first.nextOffset)).messages).toHaveLength(10);
    expect(await read('T', 50)).toMatchObject({ messages: [], nextOffset: 50 });
    expect(await read('T', 70)).toMatchObject({ messages: [], nextOffset: 50 });
    expect(store.figures()).toMatchObject({ getMessageCount: 0, getFoundTimes: 0, getMissTimes: 0 });
  });

  it('makes a draft of a stored message that differs only in what is changed', async () => {
    const properties = printProperties(new Map([['a', 'b']]));
    const original: MessageDraft = messageDraft({ topic: 'T', properties, reconsumeTimes: 3, flag: 7 });
    await writer.append(original);
    const [message] = (await read('T')).messages;
    if (message === undefined) throw new Error('nothing was stored');
    const { waitForStore, ...same } = draftOf(message, { topic: 'U', queueId: 5 });
    expect(waitForStore).toBe(false);
    expect(same).toEqual({ ...original, topic: 'U', queueId: 5, waitForStore: undefined, isCopy: true });
    const changed = draftOf(message, { topic: 'U', queueId: 0, properties: new Map([['c', 'd']]), reconsumeTimes: 4 });
    expect(parseProperties(changed.properties)).toEqual(new Map([['c', 'd']]));
    expect(changed.reconsumeTimes).toBe(4);
  });
});
