import { deferred, RequestRejected } from '../base/index.js';
import { defineCommand, required, ResponseCode, string } from '../protocol/index.js';
import { type Logger, silentLogger } from '../runtime/index.js';
import { FakeClock, type MemoryStream, streamPair } from '../../testing/index.js';
import { Budget } from './budget.js';
import { Caller, defaultIdentity } from './calls.js';
import { defaultLimits } from './config.js';
import { Connection, type RequestSink } from './connection.js';
import { Dispatcher } from './dispatcher.js';
import type { ServerHook } from './hooks.js';
import { Lanes } from './lanes.js';
import { TurnFlush } from './outbox.js';
import { type Handler, route } from './ports.js';
import type { Reply } from './reply.js';

const Ask = defineCommand({
  code: 9001,
  name: 'ASK',
  access: 'any',
  request: { question: required(string) },
  response: { answer: required(string) },
});
const timeoutMs = 3000;

interface Given {
  readonly hooks?: readonly ServerHook[];
  readonly handler?: Handler<typeof Ask>;
  readonly log?: string[];
  readonly outputBytesMax?: number;
}

/** A client and a server whose lane is shut. */
function newWorld(requestsMax = 10, { hooks = [], handler, log = [], outputBytesMax = 1e9 }: Given = {}) {
  const clock = new FakeClock();
  const rule = { open: false, rejecting: false };
  const lanes = new Lanes({ default: 3 }, { rules: { default: { isOpen: () => rule.open, rejects: () => rule.rejecting } } });
  const lane = lanes.get('default');
  const answer: Handler<typeof Ask> = ({ header }) => ({ code: 0, header: { answer: `${header.question}!` } });
  const echo = route(Ask, handler ?? answer, 'default');
  const logger: Logger = { log: (level, message) => void log.push(`${level} ${message}`) };
  const sink = (routes: readonly (typeof echo)[]): RequestSink =>
    new Dispatcher({ routes, lanes, identity: defaultIdentity, clock, logger, hooks });
  const end = (stream: MemoryStream, accepted: boolean) =>
    new Connection(stream, {
      ...{ clock, logger: silentLogger, accepted, limits: { ...defaultLimits, requestsMax, outputBytesMax } },
      ...{ input: new Budget(1e9), output: new Budget(1e9), turns: new TurnFlush(clock), caller: new Caller(defaultIdentity) },
      sink: sink(accepted ? [echo] : []),
    });
  const [left, right] = streamPair(clock);
  const open = () => {
    rule.open = true;
    lane.resume();
  };
  return { clock, rule, lane, right, open, client: end(left, false), server: end(right, true) };
}

describe('the memory of an answer that is not sent', () => {
  let released: number;
  const reply = { code: 0, header: { answer: 'a' }, body: Buffer.alloc(1000), release: () => (released += 1) };
  beforeEach(() => (released = 0));

  it('is given back when there is no room for it', async () => {
    const { client, open } = newWorld(10, { handler: () => reply, outputBytesMax: 500 });
    open();
    expect(await client.invoke(Ask, { question: 'x' }, { timeoutMs })).toMatchObject({ code: ResponseCode.SYSTEM_BUSY });
    expect(released).toBe(1);
    client.close('the test is over');
  });

  it('is given back when its connection has ended', async () => {
    const late = deferred<Reply<typeof Ask>>();
    const { clock, client, server, open } = newWorld(10, { handler: () => late.promise });
    open();
    const call = client.invoke(Ask, { question: 'x' }, { timeoutMs });
    await clock.settle();
    server.close('the test ends it');
    late.resolve(reply);
    await expect(call).rejects.toThrow();
    await clock.settle();
    expect(released).toBe(1);
  });
});

describe('a request that waits in its lane', () => {
  it('counts for its connection, and is handled when the lane opens', async () => {
    const { clock, lane, right, open, client, server } = newWorld(2);
    const calls = [1, 2].map((i) => client.invoke(Ask, { question: `${i}` }, { timeoutMs }));
    await clock.settle();
    expect([lane.waitingCount, server.running, right.isPaused]).toEqual([2, 2, true]);
    open();
    expect((await Promise.all(calls)).map(({ header }) => header.answer)).toEqual(['1!', '2!']);
    expect([lane.size, server.running, right.isPaused]).toEqual([0, 0, false]);
  });

  it('is answered SYSTEM_BUSY when it is refused, and leaves nothing behind', async () => {
    const { clock, lane, client, server } = newWorld();
    const call = client.invoke(Ask, { question: 'x' }, { timeoutMs });
    await clock.settle();
    lane.expire(0, () => '[TIMEOUT_CLEAN_QUEUE]');
    expect(await call).toMatchObject({ code: ResponseCode.SYSTEM_BUSY, remark: '[TIMEOUT_CLEAN_QUEUE]' });
    expect([lane.size, server.running]).toEqual([0, 0]);
  });

  it('is refused at once when the lane is full', async () => {
    const { client } = newWorld();
    const calls = [1, 2, 3, 4].map((i) => client.invoke(Ask, { question: `${i}` }, { timeoutMs }));
    expect(await calls[3]).toMatchObject({
      code: ResponseCode.SYSTEM_BUSY,
      remark: '[OVERLOAD]system busy, start flow control for a while',
    });
    client.close('the test is over');
    await Promise.allSettled(calls);
  });

  it('is not let in by a lane that rejects', async () => {
    const { rule, client } = newWorld();
    rule.rejecting = true;
    const answer = await client.invoke(Ask, { question: 'x' }, { timeoutMs });
    expect(answer).toMatchObject({ code: ResponseCode.SYSTEM_BUSY, remark: '[REJECTREQUEST]system busy, start flow control for a while' });
  });

  it('is waited for by a graceful close', async () => {
    const { clock, open, client, server } = newWorld();
    const call = client.invoke(Ask, { question: 'x' }, { timeoutMs });
    await clock.settle();
    const closed = server.shutdown(1000, 'stopped');
    open();
    expect((await call).code).toBe(0);
    await closed;
  });
});

describe('a hook that throws when the reply is made', () => {
  const failing: ServerHook = {
    after: () => {
      throw new Error('hook');
    },
  };

  it.each<[string, Handler<typeof Ask>, object]>([
    ['at once', () => ({ code: 0, header: { answer: 'a' } }), { code: 0, header: { answer: 'a' } }],
    ['later', () => Promise.resolve({ code: 0, header: { answer: 'a' } }), { code: 0, header: { answer: 'a' } }],
    ['with an error', () => Promise.reject(new RequestRejected(16, 'no')), { code: 16, remark: 'no' }],
  ])('changes nothing of one that comes %s', async (_, handler, expected) => {
    const log: string[] = [];
    const told: number[] = [];
    const hooks = [failing, { after: (_request: unknown, { code }: Reply) => void told.push(code) }];
    const { client, server, lane, open } = newWorld(10, { hooks, handler, log });
    open();
    expect(await client.invoke(Ask, { question: 'x' }, { timeoutMs })).toMatchObject(expected);
    expect([told.length, lane.size, server.running]).toEqual([1, 0, 0]);
    expect(log).toEqual(['error a hook failed after a request']);
    client.close('the test is over');
  });
});
