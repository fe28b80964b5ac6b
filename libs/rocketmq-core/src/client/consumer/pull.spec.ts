import { storedRecord } from '../../../testing/stored-message.js';
import { ResponseCode } from '../../protocol/index.js';
import type { PullAnswer } from '../instance/calls.js';
import { bySql } from '../message-selector.js';
import { pullHeader, pullOutcome } from './pull.js';
import { subscribe } from './subscription-table.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 3 };
const plan = { group: 'G', queue, queueOffset: 7, maxMsgNums: 32, maxMsgBytes: 1024, subscription: subscribe('T', 'A', 99) };
const answerOf = (code: number, header: Partial<PullAnswer['header']> = {}, body?: Buffer): PullAnswer => ({
  code,
  remark: undefined,
  header: { nextBeginOffset: 9, minOffset: 1, maxOffset: 20, suggestWhichBrokerId: 0, ...header },
  ext: new Map(),
  body,
  version: 479,
});

describe('pullHeader', () => {
  it('asks the broker to wait, and names the version of the subscription', () => {
    expect(pullHeader({ ...plan, commitOffset: undefined })).toMatchObject({
      consumerGroup: 'G',
      topic: 'T',
      queueId: 3,
      queueOffset: 7,
      sysFlag: 2,
      commitOffset: 0,
      suspendTimeoutMillis: 15_000,
      subVersion: 99,
      expressionType: 'TAG',
      bname: 'b',
    });
  });

  it('names the kind of the expression', () => {
    const filtered = { ...plan, subscription: subscribe('T', bySql('a = 1'), 99), commitOffset: undefined };
    expect(pullHeader(filtered)).toMatchObject({ subVersion: 99, expressionType: 'SQL92' });
  });

  it('commits on the way', () => {
    expect(pullHeader({ ...plan, commitOffset: 5 })).toMatchObject({ sysFlag: 3, commitOffset: 5 });
  });
});

describe('pullOutcome', () => {
  const all = subscribe('T', '*', 1);

  it('reads the messages where they lie in the answer', () => {
    const body = Buffer.concat([storedRecord({ queueOffset: 7, body: 'a' }), storedRecord({ queueOffset: 8, body: 'b' })]);
    const outcome = pullOutcome(answerOf(0, {}, body), all);
    expect(outcome.kind === 'found' && outcome.messages.every((message) => message.body.buffer === body.buffer)).toBe(true);
    expect(outcome).toMatchObject({ kind: 'found', nextOffset: 9, nextBrokerId: 0, bounds: { minOffset: 1, maxOffset: 20 } });
    expect(outcome.kind === 'found' && outcome.messages.map((message) => message.body.toString())).toEqual(['a', 'b']);
  });

  it('drops messages whose tag only shares the hash code', () => {
    const body = Buffer.concat(['Aa', 'BB'].map((TAGS, i) => storedRecord({ queueOffset: i, properties: { TAGS } })));
    const outcome = pullOutcome(answerOf(0, {}, body), subscribe('T', 'BB', 1));
    expect(outcome.kind === 'found' && outcome.messages.map((message) => message.queueOffset)).toEqual([1]);
  });

  it('shifts offsets when the broker says so', () => {
    const body = Buffer.concat(['a', 'b'].map((TAGS, at) => storedRecord({ queueOffset: 7 + at, body: TAGS, properties: { TAGS } })));
    const outcome = pullOutcome(answerOf(0, { offsetDelta: 100 }, body), subscribe('T', 'b', 1));
    expect(outcome).toMatchObject({ kind: 'found', messages: [{ queueOffset: 108, topic: 'T', body: Buffer.from('b') }] });
  });

  it.each([ResponseCode.PULL_NOT_FOUND, ResponseCode.PULL_RETRY_IMMEDIATELY])('takes code %d as nothing', (code) => {
    expect(pullOutcome(answerOf(code, { suggestWhichBrokerId: 1 }), all)).toEqual({ kind: 'nothing', nextOffset: 9, nextBrokerId: 1 });
  });

  it('takes code 21 as a move, and every other one as a refusal', () => {
    expect(pullOutcome(answerOf(ResponseCode.PULL_OFFSET_MOVED), all)).toEqual({ kind: 'moved', nextOffset: 9 });
    expect(pullOutcome(answerOf(ResponseCode.FLOW_CONTROL), all)).toMatchObject({ kind: 'refused', code: 215 });
  });

  it('does not guess where to go on', () => {
    expect(() => pullOutcome(answerOf(0, { nextBeginOffset: undefined }), all)).toThrow('not where to go on');
  });

  it('refuses a body that is no row of records', () => {
    expect(() => pullOutcome(answerOf(0, {}, storedRecord().subarray(0, 60)), all)).toThrow();
  });
});
