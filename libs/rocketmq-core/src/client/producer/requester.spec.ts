import { FakeClock } from '../../../testing/index.js';
import { deferred, OperationFailed } from '../../base/index.js';
import { isNoReply, SendFailed } from '../errors.js';
import type { ReplyMessage } from '../message-types.js';
import { ReplyTable } from './reply-table.js';
import { Requester, type RequestPlan } from './requester.js';

function create({ waitingMax = 10, introduce = () => Promise.resolve() } = {}) {
  const clock = new FakeClock();
  const replies = new ReplyTable();
  let count = 0;
  const requester = new Requester({ clientId: 'me', replies, introduce, ids: { next: () => `C${(count += 1)}` }, clock, waitingMax });
  const ask = (plan: Partial<RequestPlan> = {}) =>
    requester.request({ topic: 'T', timeoutMs: 1000, send: () => Promise.resolve(), ...plan });
  return { clock, replies, requester, ask };
}

const replyTo = (correlationId: string) => ({ correlationId, body: Buffer.from(correlationId) }) as ReplyMessage;

describe('Requester', () => {
  it('gives each request its own reply, in whatever order they come', async () => {
    const { clock, replies, requester, ask } = create();
    const asked = [ask(), ask()];
    await clock.settle();
    expect([requester.size, replies.size]).toEqual([2, 2]);
    replies.settle(replyTo('C2'));
    replies.settle(replyTo('C1'));
    expect((await Promise.all(asked)).map((reply) => reply.correlationId)).toEqual(['C1', 'C2']);
    expect([requester.size, replies.size, clock.timerCount]).toEqual([0, 0, 0]);
  });

  it('takes a reply that overtakes the acknowledgement of its request', async () => {
    const { clock, replies, ask } = create();
    const acknowledged = deferred<void>();
    const asked = ask({ send: () => acknowledged.promise });
    await clock.settle();
    replies.settle(replyTo('C1'));
    expect((await asked).correlationId).toBe('C1');
    acknowledged.resolve();
  });

  it('does not know whether the replier acted when no reply comes in time, and takes none later', async () => {
    const { clock, replies, ask } = create();
    const asked = ask().catch((error: unknown) => error);
    await clock.advance(1000);
    const error = await asked;
    expect(error).toMatchObject({ name: 'NoReply', reason: 'timeout', outcome: 'unknown', retrySafe: false, correlationId: 'C1' });
    expect(isNoReply(error)).toBe(true);
    expect([replies.settle(replyTo('C1')), replies.size]).toEqual([false, 0]);
  });

  it('ends when the caller gives up', async () => {
    const { clock, replies, ask } = create();
    const controller = new AbortController();
    const asked = expect(ask({ signal: controller.signal })).rejects.toMatchObject({ name: 'NoReply', reason: 'aborted' });
    await clock.settle();
    controller.abort();
    await asked;
    expect([replies.size, clock.timerCount]).toEqual([0, 0]);
  });

  it('fails with the failure of the send', async () => {
    const { clock, ask } = create();
    const failure = new SendFailed('no', { reason: 'connection', outcome: 'unknown', attempts: 3 });
    await expect(ask({ send: () => Promise.reject(failure) })).rejects.toBe(failure);
    expect(clock.timerCount).toBe(0);
  });

  it('tells what became of a send that takes all the time, rather than that no reply came', async () => {
    const { clock, ask } = create();
    const failure = new SendFailed('slow', { reason: 'timeout', outcome: 'failed', attempts: 1 });
    const send = (_properties: unknown, timeoutMs: number) =>
      new Promise<never>((_resolve, reject) => void clock.after(timeoutMs, () => reject(failure)));
    const asked = expect(ask({ send })).rejects.toBe(failure);
    await clock.advance(1000);
    await asked;
  });

  it('sends nothing when the brokers cannot be found in time', async () => {
    const { clock, ask } = create({ introduce: () => new Promise(() => undefined) });
    let sent = false;
    const send = () => Promise.resolve((sent = true));
    const asked = expect(ask({ send })).rejects.toMatchObject({ name: 'SendFailed', outcome: 'failed', attempts: 0, reason: 'timeout' });
    await clock.advance(1000);
    await asked;
    expect(sent).toBe(false);
  });

  it('passes a mistake of the caller on as it is', async () => {
    const mistake = new TypeError('no such thing');
    const { ask } = create();
    await expect(ask({ send: () => Promise.reject(mistake) })).rejects.toBe(mistake);
  });

  it('refuses what is more than may wait', async () => {
    const { clock, replies, requester, ask } = create({ waitingMax: 1 });
    const first = ask();
    await expect(ask()).rejects.toMatchObject({ reason: 'overload', outcome: 'failed', retrySafe: true });
    await clock.settle();
    replies.settle(replyTo('C1'));
    await first;
    expect(requester.size).toBe(0);
  });

  it('can be waited for, and ended', async () => {
    const { clock, requester, ask } = create();
    await requester.idle();
    const asked = expect(ask()).rejects.toMatchObject({ name: 'NoReply', reason: 'closed' });
    const idle = requester.idle();
    await clock.settle();
    requester.close(new OperationFailed('closed', 'bye'));
    await Promise.all([asked, idle]);
  });
});
