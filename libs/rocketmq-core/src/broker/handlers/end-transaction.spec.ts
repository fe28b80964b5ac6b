import { TransactionFixture } from '../../../testing/transaction-fixture.js';
import { PropertyName, ResponseCode, SysFlag, TRANS_HALF_TOPIC, TRANS_OP_HALF_TOPIC, transactionType } from '../../protocol/index.js';

const SECOND = 1000;

describe('END_TRANSACTION', () => {
  let fixture: TransactionFixture;
  const open = async (...args: Parameters<typeof TransactionFixture.open>) => (fixture = await TransactionFixture.open(...args));
  const opBodies = async () => (await fixture.messages(TRANS_OP_HALF_TOPIC)).map(({ body }) => body.toString());

  afterEach(() => fixture.close());

  it('delivers what is committed, as its sender wrote it, and notes the half', async () => {
    await open();
    const half = await fixture.half('a', { properties: { mine: 'x', TAGS: 't' } });
    expect(await fixture.visible()).toEqual([]);
    await expect(fixture.end(half, 'commit')).resolves.toEqual({ code: ResponseCode.SUCCESS });
    const [message] = await fixture.messages('T', 2);
    expect(message).toMatchObject({ preparedTransactionOffset: half.physicalOffset, body: Buffer.from('a') });
    expect(transactionType(message?.sysFlag ?? 0)).toBe('commit');
    const { properties } = message ?? {};
    expect(properties?.get('mine')).toBe('x');
    expect(properties?.get(PropertyName.TRANSACTION_ID)).toBe('a');
    expect(properties?.get(PropertyName.TRAN_MSG)).toBe('true');
    expect(properties?.has(PropertyName.REAL_TOPIC)).toBe(false);
    expect(properties?.has(PropertyName.REAL_QID)).toBe(false);
    await fixture.clock.advance(3 * SECOND);
    expect(await opBodies()).toEqual([`${half.queueOffset},`]);
  });

  it('delivers nothing of what is rolled back', async () => {
    await open();
    const half = await fixture.half('a');
    await fixture.end(half, 'rollback');
    expect(await fixture.visible()).toEqual([]);
    await fixture.clock.advance(3 * SECOND);
    expect(await opBodies()).toEqual(['0,']);
  });

  it('does nothing for a producer that does not know', async () => {
    await open();
    const half = await fixture.half('a');
    await fixture.end(half, 'unknown');
    await fixture.clock.advance(3 * SECOND);
    expect(await opBodies()).toEqual([]);
    await fixture.end(half, 'commit');
    expect(await fixture.visible()).toEqual(['a']);
  });

  it.each([
    ['another group', { producerGroup: 'Q' }, 'The producer group wrong'],
    ['another place in the queue', { tranStateTableOffset: 7 }, 'The transaction state table offset wrong'],
    ['a place in the log where nothing is', { commitLogOffset: 9999 }, 'Find prepared transaction message failed'],
    ['a negative place', { commitLogOffset: -1 }, 'Find prepared transaction message failed'],
  ])('refuses %s', async (_, claim, remark) => {
    await open();
    const half = await fixture.half('a');
    await expect(fixture.end(half, 'commit', claim)).rejects.toMatchObject({ code: ResponseCode.SYSTEM_ERROR, remark });
    expect(await fixture.visible()).toEqual([]);
  });

  it('makes no half of any other message', async () => {
    await open();
    const half = await fixture.half('a');
    await fixture.end(half, 'commit');
    const [message] = await fixture.messages('T', 2);
    await expect(fixture.end(message ?? half, 'commit')).rejects.toMatchObject({ remark: 'Find prepared transaction message failed' });
  });

  it('keeps to the first verdict, however often and by whom it is given', async () => {
    await open();
    fixture.connect();
    const a = await fixture.half('a');
    const b = await fixture.half('b');
    await Promise.all([fixture.end(a, 'commit'), fixture.end(a, 'commit'), fixture.end(a, 'rollback')]);
    await fixture.end(b, 'rollback');
    await fixture.end(b, 'commit');
    expect(await fixture.visible()).toEqual(['a']);
    expect(fixture.transactions.counts.snapshot().counts.get('T')?.count).toBe(0);
    await fixture.clock.advance(60 * SECOND);
    await expect(fixture.end(a, 'commit')).rejects.toMatchObject({ remark: 'the transaction is no longer open' });
    expect(fixture.questions).toEqual([]);
  });

  it('takes an answer about an older copy for one about the newest', async () => {
    await open();
    fixture.connect();
    const first = await fixture.half('a');
    await fixture.clock.advance(60 * SECOND);
    const [second, third] = fixture.questions;
    await fixture.end(first, 'commit');
    for (const question of [second, third]) if (question) await fixture.answer(question, 'commit');
    await fixture.clock.advance(60 * SECOND);
    expect(await fixture.visible()).toEqual(['a']);
    expect(fixture.questions).toHaveLength(2);
  });

  it('refuses a producer that comes unasked after an immunity of its own, and takes its answer to the check', async () => {
    await open();
    fixture.connect();
    const half = await fixture.half('a', { properties: { CHECK_IMMUNITY_TIME_IN_SECONDS: '10' } });
    await fixture.clock.advance(11 * SECOND);
    await expect(fixture.end(half, 'commit')).rejects.toMatchObject({ code: ResponseCode.ILLEGAL_OPERATION });
    await fixture.clock.advance(30 * SECOND);
    const [question] = fixture.questions;
    if (question) await fixture.answer(question, 'commit');
    expect(await fixture.visible()).toEqual(['a']);
  });

  it('has the immunity last as long as transactionTimeOut at least', async () => {
    await open();
    const half = await fixture.half('a', { properties: { CHECK_IMMUNITY_TIME_IN_SECONDS: '1' } });
    await fixture.clock.advance(5 * SECOND);
    await fixture.end(half, 'commit');
    expect(await fixture.visible()).toEqual(['a']);
  });

  it('lets a commit that the disk refuses be tried again', async () => {
    await open();
    const half = await fixture.half('a');
    const write = fixture.writer.write.bind(fixture.writer);
    fixture.writer.write = () => Promise.resolve({ kind: 'not-writable', reason: 'full' });
    await expect(fixture.end(half, 'commit')).resolves.toMatchObject({ code: ResponseCode.SERVICE_NOT_AVAILABLE });
    fixture.writer.write = () => Promise.reject(new Error('broken'));
    await expect(fixture.end(half, 'commit')).rejects.toThrow('broken');
    fixture.writer.write = write;
    await fixture.end(half, 'commit');
    expect(await fixture.visible()).toEqual(['a']);
  });

  it('leaves it to the writer where a committed message goes: a delayed one is not delivered at once', async () => {
    await open();
    const topics: string[] = [];
    const half = await fixture.half('a', { properties: { DELAY: '3' } });
    const append = fixture.writer.append.bind(fixture.writer);
    fixture.writer.write = (draft) => {
      topics.push(draft.topic);
      return append({ ...draft, topic: 'SCHEDULE_TOPIC_XXXX' });
    };
    await fixture.end(half, 'commit');
    expect(topics).toEqual(['T']);
    expect(await fixture.visible()).toEqual([]);
  });

  it('is refused by a slave', async () => {
    await open({ brokerId: 1 });
    const half = await fixture.half('a');
    await expect(fixture.end(half, 'commit')).rejects.toMatchObject({ code: ResponseCode.SLAVE_NOT_AVAILABLE });
  });
});

describe('the first half of a transaction', () => {
  let fixture: TransactionFixture;
  beforeEach(async () => (fixture = await TransactionFixture.open()));
  afterEach(() => fixture.close());

  it('lies in the half queue, in no other, and carries where it belongs', async () => {
    await fixture.half('a', { draft: { sysFlag: SysFlag.TRANSACTION_PREPARED | SysFlag.COMPRESSED } });
    const [half] = await fixture.messages(TRANS_HALF_TOPIC);
    expect(half).toMatchObject({ queueOffset: 0, sysFlag: SysFlag.COMPRESSED });
    expect(half?.properties.get(PropertyName.REAL_TOPIC)).toBe('T');
    expect(half?.properties.get(PropertyName.REAL_QID)).toBe('2');
    expect(half?.properties.get(PropertyName.TRANSACTION_ID)).toBe('a');
    expect(fixture.transactions.counts.snapshot().counts.get('T')?.count).toBe(1);
  });

  it('names its producer group, and leaves room for what the broker notes on it', async () => {
    await expect(fixture.half('a', { draft: { properties: 'TRAN_MSG\u0001true\u0002' } })).rejects.toThrow('producer group');
    await expect(fixture.half('a', { properties: { long: 'x'.repeat(32_600) } })).rejects.toThrow('32639 bytes');
  });
});

describe('ops', () => {
  it('are written together: after the interval, or when their message is full', async () => {
    const fixture = await TransactionFixture.open({ transactionOpMsgMaxSize: 10 });
    const halves = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => fixture.half(name)));
    const bodies = async () => (await fixture.messages(TRANS_OP_HALF_TOPIC)).map(({ body }) => body.toString());
    for (const half of halves.slice(0, 4)) await fixture.end(half, 'rollback');
    await fixture.clock.settle();
    expect(await bodies()).toEqual([]);
    for (const half of halves.slice(4)) await fixture.end(half, 'rollback');
    await fixture.clock.settle();
    expect(await bodies()).toEqual(['0,1,2,3,4,', '5,6,']);
    const [op] = await fixture.messages(TRANS_OP_HALF_TOPIC);
    expect(op?.properties.get(PropertyName.TAGS)).toBe('d');
    await fixture.close();
  });

  it('that cannot be written stay for the next time, in their order', async () => {
    const fixture = await TransactionFixture.open();
    const halves = await Promise.all(['a', 'b'].map((name) => fixture.half(name)));
    const append = fixture.writer.append.bind(fixture.writer);
    fixture.writer.append = () => Promise.resolve({ kind: 'not-writable', reason: 'full' });
    for (const half of halves) await fixture.end(half, 'rollback');
    await fixture.clock.advance(7 * SECOND);
    expect(fixture.transactions.ops.pending).toBe(2);
    fixture.writer.append = append;
    await fixture.clock.advance(3 * SECOND);
    expect((await fixture.messages(TRANS_OP_HALF_TOPIC)).map(({ body }) => body.toString())).toEqual(['0,1,']);
    await fixture.close();
  });

  it('are written when the broker stops', async () => {
    const fixture = await TransactionFixture.open({ transactionOpBatchInterval: 60 * SECOND });
    await fixture.end(await fixture.half('a'), 'rollback');
    const next = await fixture.restarted();
    expect(await next.messages(TRANS_OP_HALF_TOPIC)).toHaveLength(1);
    await next.close();
  });
});
