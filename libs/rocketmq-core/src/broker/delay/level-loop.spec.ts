import { FakeClock } from '../../../testing/fake-clock.js';
import { MemoryFileSystem } from '../../../testing/memory-file-system.js';
import { makeStore, messageDraft } from '../../../testing/store-fixtures.js';
import { printProperties, PropertyName, SCHEDULE_TOPIC, type MessageExt } from '../../protocol/index.js';
import { silentLogger, type LogLevel } from '../../runtime/index.js';
import type { AppendOutcome, MessageDraft, MessageStore } from '../../store/index.js';
import { MessageWriter } from '../writing/message-writer.js';
import { QueueReader } from '../writing/queue-reader.js';
import { LevelLoop } from './level-loop.js';
import { levelRedirect } from './level-redirect.js';
import { LevelTable } from './level-table.js';

const delaysMs = [1000, 5000, 60_000];
const withDelay = (level: number, more: Record<string, string> = {}) =>
  printProperties(new Map(Object.entries({ [PropertyName.DELAY]: String(level), ...more })));

describe('delay levels', () => {
  let files: MemoryFileSystem;
  let clock: FakeClock;
  let store: MessageStore;
  let writer: MessageWriter;
  let levels: LevelTable;
  let loop: LevelLoop;
  let counted: string[];
  let logged: [LogLevel, string][];
  let refuse: ((draft: MessageDraft) => AppendOutcome | undefined) | undefined;

  const newLoop = () => {
    const append = (draft: MessageDraft) => Promise.resolve(refuse?.(draft) ?? writer.append(draft));
    const stats = { countPut: (topic: string) => void counted.push(topic) };
    const logger = { log: (level: LogLevel, text: string) => void logged.push([level, text]) };
    const reader = new QueueReader({ store, logger: silentLogger });
    return new LevelLoop({ levels, delaysMs, store, reader, writer: { append }, stats, clock, logger });
  };

  beforeEach(async () => {
    files = new MemoryFileSystem();
    clock = new FakeClock();
    store = makeStore(files, { mappedFileSizeCommitLog: 1024 * 1024 }, { clock });
    await store.open();
    writer = new MessageWriter({ store, redirects: [levelRedirect(delaysMs.length)] });
    levels = new LevelTable(() => clock.now());
    counted = [];
    logged = [];
    refuse = undefined;
    loop = newLoop();
    loop.start();
  });
  afterEach(async () => {
    await loop.stop();
    await store.close();
  });

  const send = (body: string, level: number, more: Partial<MessageDraft> = {}) =>
    writer.write(messageDraft({ body: Buffer.from(body), properties: withDelay(level), ...more }));
  const messages = async (topic = 'TopicTest', queueId = 0): Promise<readonly MessageExt[]> =>
    (await new QueueReader({ store, logger: silentLogger }).read({ topic, queueId, queueOffset: 0, maxMessages: 1000 })).messages;
  const delivered = async () => (await messages()).map((message) => message.body.toString());

  it('delivers after the delay of the level, never before, and little later', async () => {
    await send('a', 1);
    await send('b', 2);
    await clock.advance(999);
    expect(await delivered()).toEqual([]);
    await clock.advance(101);
    expect(await delivered()).toEqual(['a']);
    await clock.advance(3899);
    expect(await delivered()).toEqual(['a']);
    await clock.advance(101);
    expect(await delivered()).toEqual(['a', 'b']);
    expect(counted).toEqual(['TopicTest', 'TopicTest']);
  });

  it('keeps what the sender gave and the stored text of the waiting message', async () => {
    const bornTimestamp = clock.now() - 5;
    await send('a', 1, { queueId: 2, bornTimestamp, reconsumeTimes: 2, flag: 9, properties: withDelay(1, { TAGS: 'x' }) });
    await clock.advance(1100);
    const [message] = await messages('TopicTest', 2);
    expect(message).toMatchObject({ queueId: 2, bornTimestamp, reconsumeTimes: 2, flag: 9 });
    expect(Object.fromEntries(message?.properties ?? [])).toEqual({ DELAY: '1', TAGS: 'x', REAL_TOPIC: 'TopicTest', REAL_QID: '2' });
  });

  it('waits in the queue of its level; too high a level is the highest', async () => {
    await send('a', 2);
    await send('b', 99);
    expect(await messages(SCHEDULE_TOPIC, 1)).toHaveLength(1);
    const [highest] = await messages(SCHEDULE_TOPIC, 2);
    expect(highest?.properties.get('DELAY')).toBe('3');
  });

  it('prefers the level over a time, which leaves the message', async () => {
    await send('a', 1, { properties: withDelay(1, { TIMER_DELAY_SEC: '9', TIMER_DELAY_MS: '9', TIMER_DELIVER_MS: '9' }) });
    const [message] = await messages(SCHEDULE_TOPIC, 0);
    expect([...(message?.properties.keys() ?? [])]).toEqual(['DELAY', 'REAL_TOPIC', 'REAL_QID']);
  });

  it.each(['0', '-1'])('leaves a message of level %s alone', async (level) => {
    await writer.write(messageDraft({ properties: printProperties(new Map([['DELAY', level]])) }));
    expect(await messages()).toHaveLength(1);
  });

  it('refuses a level that is none', async () => {
    const outcome = await writer.write(messageDraft({ properties: printProperties(new Map([['DELAY', 'soon']])) }));
    expect(outcome).toMatchObject({ kind: 'message-illegal' });
  });

  it('goes on after a restart where it stood, and gives out an overdue pile at once, in order', async () => {
    await Promise.all(Array.from({ length: 3 }, (_, i) => send(`early ${i}`, 1)));
    await clock.advance(1100);
    await Promise.all(Array.from({ length: 700 }, (_, i) => send(String(i), 1)));
    await loop.stop();
    const saved = levels.snapshot();
    await clock.advance(3_600_000);
    levels = new LevelTable(() => clock.now());
    levels.restore(saved);
    loop = newLoop();
    loop.start();
    await clock.advance(100);
    expect((await delivered()).slice(3)).toEqual(Array.from({ length: 700 }, (_, i) => String(i)));
    expect(levels.offsetOf(1)).toBe(703);
  });

  it('tries again what the store refuses, and only that', async () => {
    let refusals = 3;
    refuse = (draft) => (draft.body.toString() === 'b' && refusals-- > 0 ? { kind: 'not-writable', reason: 'full' } : undefined);
    await Promise.all(['a', 'b', 'c'].map((body) => send(body, 1)));
    await clock.advance(1100);
    expect(await delivered()).toEqual(['a', 'c']);
    expect(levels.offsetOf(1)).toBe(1);
    await clock.advance(1000);
    expect(await delivered()).toEqual(['a', 'c', 'b']);
    expect(levels.offsetOf(1)).toBe(3);
  });

  it('sets aside what can never be stored: the level goes on', async () => {
    refuse = (draft) => (draft.body.toString() === 'a' ? { kind: 'message-illegal', reason: 'too long' } : undefined);
    await send('a', 1);
    await send('b', 1);
    await clock.advance(1100);
    expect(await delivered()).toEqual(['b']);
    expect(logged).toEqual([['error', 'a delayed message cannot be delivered']]);
  });

  it.each([
    ['behind', 7, 3],
    ['before', -1, 0],
  ])('corrects an offset %s its queue', async (_, wrong, right) => {
    await loop.stop();
    await Promise.all(['a', 'b', 'c'].map((body) => send(body, 3)));
    levels.moveTo(3, wrong);
    loop = newLoop();
    loop.start();
    expect(levels.offsetOf(3)).toBe(right);
    expect(logged).toHaveLength(1);
  });

  it('is never early and not stuck when the wall clock is put back', async () => {
    await send('a', 2);
    await send('b', 2);
    clock.jump(-7_200_000);
    await clock.advance(4950);
    expect(await delivered()).toEqual([]);
    await clock.advance(200);
    expect(await delivered()).toEqual(['a', 'b']);
  });

  it('delivers what has become due when the wall clock is put forward', async () => {
    await send('a', 3);
    clock.jump(60_000);
    await clock.advance(100);
    expect(await delivered()).toEqual(['a']);
  });
});

describe('LevelTable', () => {
  it('moves its version every 200 steps', () => {
    const table = new LevelTable(() => 5);
    for (let i = 1; i <= 200; i++) table.moveTo(1, i);
    expect(table.snapshot()).toEqual({ dataVersion: { stateVersion: 0, timestamp: 5, counter: 1 }, offsets: new Map([[1, 200]]) });
    table.moveTo(1, 200);
    expect(table.changes).toBe(200);
  });
});
