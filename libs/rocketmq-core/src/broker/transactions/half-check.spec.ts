import { SeededRandom } from '../../../testing/seeded-random.js';
import { TransactionFixture, type Question } from '../../../testing/transaction-fixture.js';
import { PropertyName, TRANS_CHECK_MAX_TIME_TOPIC, TRANS_HALF_TOPIC, TRANS_OP_HALF_TOPIC } from '../../protocol/index.js';
import { TRANSACTION_GROUP } from './half-check.js';

const SECOND = 1000;
const ROUND = 30 * SECOND;

const halfQueue = { group: TRANSACTION_GROUP, topic: TRANS_HALF_TOPIC, queueId: 0 };
const opQueue = { ...halfQueue, topic: TRANS_OP_HALF_TOPIC };

describe('the check of half messages', () => {
  let fixture: TransactionFixture;
  const open = async (...args: Parameters<typeof TransactionFixture.open>) => (fixture = await TransactionFixture.open(...args));
  const rounds = (count: number) => fixture.clock.advance(count * ROUND);
  const asked = () => fixture.questions.map(({ transactionId }) => transactionId);
  const question = (at: number): Question => fixture.questions[at] ?? fail(`there is no question ${at}`);
  const fail = (text: string): never => {
    throw new Error(text);
  };
  const readUpTo = (of: typeof halfQueue) => fixture.offsets.query(of);

  afterEach(() => fixture.close());

  it('asks nobody about a half that is younger than transactionTimeOut, and asks in the round after', async () => {
    await open();
    fixture.connect();
    await fixture.clock.advance(ROUND - 6 * SECOND);
    await fixture.half('a');
    // Exactly transactionTimeOut old: it waits for one more round.
    await fixture.clock.advance(6 * SECOND);
    expect(asked()).toEqual([]);
    expect(readUpTo(halfQueue)).toBe(0);
    await rounds(1);
    expect(asked()).toEqual(['a']);
  });

  it('asks at once about a half from the future: that is the clock of its producer', async () => {
    await open();
    fixture.connect();
    await fixture.half('a', { draft: { bornTimestamp: fixture.clock.now() + 3_600_000 } });
    await rounds(1);
    expect(asked()).toEqual(['a']);
  });

  it('shows the producer the message as it was sent, at the place of the newest copy', async () => {
    await open();
    fixture.connect();
    const { queueOffset } = await fixture.half('a');
    await rounds(1);
    const { message, ...place } = question(0);
    expect(message).toMatchObject({ topic: 'T', queueId: 2, queueOffset: queueOffset + 1, body: Buffer.from('a') });
    expect(message.properties.get(PropertyName.TRANSACTION_CHECK_TIMES)).toBe('1');
    expect(place.queueOffset).toBe(1);
    expect(fixture.transactions.messageAt(place.physicalOffset)).toMatchObject({ topic: TRANS_HALF_TOPIC, queueOffset: 1 });
  });

  it('lets a message have an immunity of its own, shorter or longer than the default', async () => {
    await open({ transactionCheckInterval: SECOND });
    fixture.connect();
    await fixture.half('short', { properties: { CHECK_IMMUNITY_TIME_IN_SECONDS: '2' } });
    await fixture.half('long', { properties: { CHECK_IMMUNITY_TIME_IN_SECONDS: '20' } });
    await fixture.half('default', { properties: { CHECK_IMMUNITY_TIME_IN_SECONDS: 'nonsense' } });
    await fixture.clock.advance(2 * SECOND);
    expect(asked()).toEqual([]);
    await fixture.clock.advance(1 * SECOND);
    expect(asked()).toEqual(['short']);
    await fixture.clock.advance(4 * SECOND);
    expect(new Set(asked())).toEqual(new Set(['short', 'default']));
    await fixture.clock.advance(12 * SECOND);
    expect(asked()).not.toContain('long');
    await fixture.clock.advance(3 * SECOND);
    expect(asked()).toContain('long');
  });

  it('counts nothing during the immunity, so that every question of the limit is asked', async () => {
    await open({ transactionCheckInterval: SECOND, transactionCheckMax: 3 });
    fixture.connect();
    await fixture.half('a', { properties: { CHECK_IMMUNITY_TIME_IN_SECONDS: '30' } });
    await fixture.clock.advance(29 * SECOND);
    expect(asked()).toEqual([]);
    await fixture.clock.advance(10 * SECOND);
    expect(asked()).toEqual(['a', 'a', 'a']);
    expect((await fixture.messages(TRANS_CHECK_MAX_TIME_TOPIC)).map(({ body }) => body.toString())).toEqual(['a']);
  });

  it('gives a half up after transactionCheckMax questions, and asks no more', async () => {
    await open({ transactionCheckMax: 2 });
    fixture.connect();
    await fixture.half('a');
    await rounds(6);
    expect(asked()).toEqual(['a', 'a']);
    expect(await fixture.messages(TRANS_CHECK_MAX_TIME_TOPIC)).toHaveLength(1);
    expect(fixture.topics.find(TRANS_CHECK_MAX_TIME_TOPIC)).toMatchObject({ readQueueNums: 1, perm: 6 });
    expect(await fixture.visible()).toEqual([]);
    expect(fixture.transactions.counts.snapshot().counts.get('T')?.count).toBe(0);
    expect(readUpTo(halfQueue)).toBe(3);
    // It was given up: an answer that comes late changes nothing.
    await expect(fixture.answer(question(1), 'commit')).rejects.toMatchObject({ code: 1 });
    expect(await fixture.visible()).toEqual([]);
  });

  it('waits for a producer as long as messages are kept, without counting and without writing', async () => {
    await open({ fileReservedTime: 2 });
    await fixture.half('a');
    await rounds(200);
    expect(await fixture.messages(TRANS_HALF_TOPIC)).toHaveLength(1);
    fixture.connect();
    await rounds(1);
    expect(asked()).toEqual(['a']);
    await fixture.half('b', { properties: { PGROUP: 'Q' } });
    await rounds(242);
    expect((await fixture.messages(TRANS_CHECK_MAX_TIME_TOPIC)).map(({ body }) => body.toString())).toContain('b');
  });

  it('asks about halves behind one that has to stay, and once per round only', async () => {
    await open();
    fixture.connect();
    await fixture.half('nobody', { properties: { PGROUP: 'Q' } });
    await fixture.half('a');
    await fixture.half('b');
    await rounds(2);
    expect(asked().sort()).toEqual(['a', 'a', 'b', 'b']);
    expect(readUpTo(halfQueue)).toBe(0);
    fixture = await fixture.restarted();
    fixture.connect();
    await rounds(1);
    // The op messages remember which copies are the old ones.
    expect(asked().sort()).toEqual(['a', 'b']);
    for (const one of fixture.questions) await fixture.answer(one, 'commit');
    await rounds(2);
    expect((await fixture.visible()).sort()).toEqual(['a', 'b']);
    expect(asked()).toHaveLength(2);
    fixture.connect('Q');
    await rounds(1);
    expect(asked()).toHaveLength(3);
    await fixture.end(question(2), 'rollback', { producerGroup: 'Q', fromTransactionCheck: true });
    await rounds(2);
    expect(readUpTo(halfQueue)).toBe((await fixture.messages(TRANS_HALF_TOPIC)).length);
    expect(readUpTo(opQueue)).toBe((await fixture.messages(TRANS_OP_HALF_TOPIC)).length);
  });

  it('passes what has ended, in memory and after a restart', async () => {
    await open();
    const a = await fixture.half('a');
    const b = await fixture.half('b');
    await fixture.end(a, 'commit');
    await fixture.end(b, 'rollback');
    await fixture.clock.advance(3 * SECOND);
    fixture = await fixture.restarted();
    fixture.connect();
    await rounds(2);
    expect(asked()).toEqual([]);
    expect(readUpTo(halfQueue)).toBe(2);
    expect(readUpTo(opQueue)).toBe(1);
  });

  it('asks again about what ended when the op messages were lost with the process', async () => {
    const { files } = await open({ transactionOpBatchInterval: 60 * SECOND });
    const a = await fixture.half('a');
    await fixture.end(a, 'rollback');
    const crashed = fixture;
    fixture = await TransactionFixture.open({}, { files: files.crash('everything', new SeededRandom(1)) });
    // What the stopped machine had in memory is lost: its own stop says so.
    await expect(crashed.close()).rejects.toMatchObject({ reason: 'io' });
    fixture.connect();
    await rounds(1);
    expect(asked()).toEqual(['a']);
    await fixture.answer(question(0), 'rollback');
    await rounds(1);
    expect(asked()).toEqual(['a']);
    expect(await fixture.visible()).toEqual([]);
  });

  it('spreads the questions over the producers of a group', async () => {
    await open();
    const busy = new Map<string, number>();
    for (const name of ['one', 'two']) {
      const peer = fixture.connect();
      Object.assign(peer, { oneway: () => Boolean(busy.set(name, (busy.get(name) ?? 0) + 1)) });
    }
    for (let i = 0; i < 10; i += 1) await fixture.half(`t${i}`);
    await rounds(1);
    expect([...busy.values()]).toEqual([5, 5]);
  });

  it('asks another producer when a socket takes nothing more', async () => {
    await open();
    Object.assign(fixture.connect(), { oneway: () => false });
    fixture.connect();
    for (const name of ['a', 'b', 'c']) await fixture.half(name);
    await rounds(1);
    expect(asked()).toEqual(['a', 'b', 'c']);
  });

  it('puts aside a half that no transaction can end, and goes on', async () => {
    await open();
    fixture.connect();
    const { queueOffset } = await fixture.half('broken');
    const broken = (await fixture.messages(TRANS_HALF_TOPIC))[queueOffset];
    await fixture.end({ queueOffset, physicalOffset: broken?.physicalOffset ?? 0 }, 'rollback');
    await fixture.writer.append({
      ...(broken ?? fail('nothing stored')),
      properties: 'PGROUP\u0001P\u0002REAL_QID\u0001x\u0002',
      waitForStore: true,
    });
    await fixture.half('good');
    await rounds(1);
    expect(asked()).toEqual(['good']);
    expect(await fixture.messages(TRANS_CHECK_MAX_TIME_TOPIC)).toHaveLength(1);
    expect(readUpTo(halfQueue)).toBe(3);
  });

  it('keeps a half where it is when the disk refuses its copy', async () => {
    await open();
    fixture.connect();
    await fixture.half('a');
    const append = fixture.writer.append.bind(fixture.writer);
    fixture.writer.append = () => Promise.resolve({ kind: 'not-writable', reason: 'full' });
    await rounds(3);
    expect(asked()).toEqual([]);
    expect(readUpTo(halfQueue)).toBe(0);
    fixture.writer.append = append;
    await rounds(1);
    expect(asked()).toEqual(['a']);
  });

  it('keeps a half that cannot be given up', async () => {
    await open({ transactionCheckMax: 1 });
    fixture.connect();
    await fixture.half('a');
    await rounds(1);
    const append = fixture.writer.append.bind(fixture.writer);
    fixture.writer.append = () => Promise.reject(new Error('broken'));
    await rounds(2);
    fixture.writer.append = append;
    await rounds(1);
    expect(await fixture.messages(TRANS_CHECK_MAX_TIME_TOPIC)).toHaveLength(1);
  });

  it('does not ask when the producer ends the transaction while the copy is being written', async () => {
    await open();
    fixture.connect();
    const a = await fixture.half('a');
    const append = fixture.writer.append.bind(fixture.writer);
    fixture.writer.append = async (draft) => {
      fixture.writer.append = append;
      await fixture.end(a, 'commit');
      return append(draft);
    };
    await rounds(3);
    expect(asked()).toEqual([]);
    expect(await fixture.visible()).toEqual(['a']);
  });

  it('moves no offset before the log that it relies on is flushed, and asks nobody twice for it', async () => {
    await open({ flushDiskType: 'ASYNC_FLUSH', flushIntervalCommitLog: 50 * SECOND, transactionCheckMax: 1 });
    fixture.connect();
    await fixture.half('a');
    await rounds(1);
    expect(asked()).toEqual(['a']);
    expect(readUpTo(halfQueue)).toBe(-1);
    await fixture.clock.advance(20 * SECOND);
    expect(readUpTo(halfQueue)).toBe(-1);
    // Flushed after 50 s: the round at 60 s passes the first copy, that at 120 s the second, which was given up.
    await rounds(3);
    expect(asked()).toEqual(['a']);
    expect(readUpTo(halfQueue)).toBe(2);
  });

  it('skips nothing that is stored after a power cut has left the offset behind the end of the queue', async () => {
    await open();
    const a = await fixture.half('a');
    await fixture.end(a, 'rollback');
    for (const queue of [halfQueue, opQueue]) fixture.offsets.commit(queue, 77);
    fixture = await fixture.restarted();
    fixture.connect();
    const b = await fixture.half('b');
    await fixture.half('c');
    await fixture.end(b, 'commit');
    expect(await fixture.visible()).toEqual(['b']);
    await rounds(1);
    expect(asked()).toEqual(['c']);
    expect(readUpTo(halfQueue)).toBe(3);
  });

  it('understands copies that Apache has written during the immunity: the producer goes on to name the first one', async () => {
    await open();
    fixture.connect();
    const first = await fixture.half('a');
    const [half] = await fixture.messages(TRANS_HALF_TOPIC);
    const properties = `PGROUP\u0001P\u0002REAL_TOPIC\u0001T\u0002REAL_QID\u00012\u0002TRAN_PREPARED_QUEUE_OFFSET\u0001${first.queueOffset}\u0002`;
    await fixture.writer.append({ ...(half ?? fail('nothing stored')), properties, waitForStore: true });
    await fixture.end(first, 'commit');
    await fixture.clock.advance(4 * SECOND);
    fixture = await fixture.restarted();
    fixture.connect();
    await rounds(2);
    expect(asked()).toEqual([]);
    expect(await fixture.visible()).toEqual(['a']);
  });

  it('moves what has to stay and is in the way, as it is, and does not take its copy for ended after a restart', async () => {
    await open({}, { stayDistanceMax: 10 });
    const first = await fixture.half('nobody', { properties: { PGROUP: 'Q' } });
    for (let i = 0; i < 20; i += 1) await fixture.end(await fixture.half(`t${i}`), 'rollback');
    await rounds(2);
    const halves = await fixture.messages(TRANS_HALF_TOPIC);
    expect(halves).toHaveLength(22);
    expect(halves[21]?.properties).toEqual(halves[0]?.properties);
    expect(readUpTo(halfQueue)).toBe(21);
    fixture = await fixture.restarted();
    fixture.connect('Q');
    await expect(fixture.end(first, 'commit', { producerGroup: 'Q' })).rejects.toMatchObject({ code: 1 });
    await rounds(2);
    expect(new Set(asked())).toEqual(new Set(['nobody']));
  });
});
