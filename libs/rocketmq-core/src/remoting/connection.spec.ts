import { type Deferred, deferred, OperationFailed, RequestRejected } from '../base/index.js';
import { defineCommand, encodeFrame, int, optional, required, ResponseCode, string } from '../protocol/index.js';
import type { Logger } from '../runtime/index.js';
import { FakeClock, type MemoryStream, streamPair } from '../../testing/index.js';
import { Budget } from './budget.js';
import { Caller, defaultIdentity } from './calls.js';
import { defaultLimits, type RemotingLimits } from './config.js';
import { Connection } from './connection.js';
import { Dispatcher } from './dispatcher.js';
import { Lanes } from './lanes.js';
import { TurnFlush } from './outbox.js';
import { type Request, type Route, route } from './ports.js';
import type { Reply } from './reply.js';

const Ask = defineCommand({
  code: 9001,
  name: 'ASK',
  access: 'any',
  request: { question: required(string), count: optional(int) },
  response: { answer: required(string) },
});
type Handle = (request: Request<typeof Ask>) => Reply<typeof Ask> | Promise<Reply<typeof Ask>>;
const echo: Handle = ({ header }) => ({ code: 0, header: { answer: `${header.question}!` } });

interface EndOptions {
  readonly limits?: Partial<RemotingLimits>;
  readonly handler?: Handle;
  readonly accepted?: boolean;
  readonly lanes?: Lanes;
  readonly input?: Budget;
}

class World {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  readonly logger: Logger = { log: (level, message, fields) => void this.log.push(`${level} ${message} ${JSON.stringify(fields)}`) };

  end(stream: MemoryStream, { limits: some, handler, accepted = false, lanes = new Lanes(), input }: EndOptions = {}): Connection {
    const { clock, logger } = this;
    const limits = { ...defaultLimits, ...some };
    const routes: Route[] = handler ? [route(Ask, handler, 'default')] : [];
    return new Connection(stream, {
      ...{ clock, logger, limits, accepted },
      input: input ?? new Budget(limits.inputBytesTotalMax),
      output: new Budget(limits.outputBytesTotalMax),
      turns: new TurnFlush(clock),
      sink: new Dispatcher({ routes, lanes, identity: defaultIdentity, clock, logger }),
      caller: new Caller(defaultIdentity),
    });
  }

  /** The client's end and the server's end. */
  pair(server: EndOptions, client: EndOptions = {}) {
    const [left, right] = streamPair(this.clock);
    return { client: this.end(left, client), server: this.end(right, { accepted: true, ...server }), left, right };
  }
}

/** A handler whose replies the test lets go. */
function waitingHandler() {
  const open: Deferred<Reply<typeof Ask>>[] = [];
  const handler: Handle = () => {
    const reply = deferred<Reply<typeof Ask>>();
    open.push(reply);
    return reply.promise;
  };
  return { open, handler, answerAll: () => open.splice(0).forEach((reply) => reply.resolve({ code: 0, header: { answer: 'late' } })) };
}

const timeoutMs = 3000;
const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: unknown) => (error instanceof OperationFailed ? error.reason : String(error)),
  );

describe('a connection', () => {
  it('carries requests in both directions at once, each with its own opaque', async () => {
    const { client, server } = new World().pair(
      { handler: echo },
      { handler: ({ header }) => ({ code: 0, header: { answer: `${header.question}?` } }) },
    );
    const answers = await Promise.all([
      client.invoke(Ask, { question: 'up' }, { timeoutMs }),
      server.invoke(Ask, { question: 'down' }, { timeoutMs }),
    ]);
    expect(answers.map(({ header }) => header.answer)).toEqual(['up!', 'down?']);
    expect(answers[0].version).toBe(479);
  });

  it('sends what is made in one turn by one write', async () => {
    const world = new World();
    const { client, left, right } = world.pair({ handler: echo });
    const writes: number[] = [];
    for (const stream of [left, right]) {
      const write = stream.write.bind(stream);
      stream.write = (buffers, written) => {
        writes.push(buffers.length);
        write(buffers, written);
      };
    }
    await Promise.all(Array.from({ length: 10 }, (_, i) => client.invoke(Ask, { question: String(i) }, { timeoutMs })));
    expect(writes).toEqual([1, 1]);
  });

  it('gives the memory of a body back when it was sent, not before', async () => {
    const world = new World();
    const memory = Buffer.from('first');
    const release = () => void memory.fill('x');
    const { client, right } = world.pair({ handler: () => ({ code: 0, header: { answer: '' }, body: memory, release }) });
    right.clog();
    const asked = client.invoke(Ask, { question: '' }, { timeoutMs });
    await world.clock.settle();
    expect(memory.toString()).toBe('first');
    right.unclog();
    expect((await asked).body?.toString()).toBe('first');
    expect(memory.toString()).toBe('xxxxx');
  });

  it('passes code, remark, ext and body of an answer as values', async () => {
    const handler: Handle = ({ body, ext }) => ({
      code: 17,
      remark: 'no such thing',
      ext: new Map([['more', ext.get('extra') ?? '']]),
      body: [body ?? Buffer.alloc(0), Buffer.from('end')],
    });
    const { client } = new World().pair({ handler });
    const answer = await client.invoke(
      Ask,
      { question: 'x' },
      { timeoutMs, body: Buffer.from('body '), ext: new Map([['extra', 'kept']]) },
    );
    expect(answer).toMatchObject({ code: 17, remark: 'no such thing' });
    expect([answer.body?.toString(), answer.ext.get('more'), answer.header.answer]).toEqual(['body end', 'kept', undefined]);
  });

  it('fails a call when its deadline has passed and drops the late answer', async () => {
    const world = new World();
    const { open, handler, answerAll } = waitingHandler();
    const { client } = world.pair({ handler });
    const call = reasonOf(client.invoke(Ask, { question: 'x' }, { timeoutMs: 500 }));
    await world.clock.advance(499);
    expect(open).toHaveLength(1);
    await world.clock.advance(1);
    expect(await call).toBe('timeout');
    answerAll();
    await world.clock.advance(10);
    expect(
      await client
        .invoke(Ask, { question: 'y' }, { timeoutMs: 500, signal: AbortSignal.abort() })
        .catch((error: OperationFailed) => error.reason),
    ).toBe('aborted');
    expect(world.log.join()).toContain('nobody waits for this answer');
  });

  it('gives a call up when its signal fires', async () => {
    const world = new World();
    const { client } = world.pair({ handler: waitingHandler().handler });
    const stop = new AbortController();
    const call = reasonOf(client.invoke(Ask, { question: 'x' }, { timeoutMs, signal: stop.signal }));
    stop.abort();
    expect(await call).toBe('aborted');
  });

  it('fails waiting calls and tells its listeners when the peer is gone', async () => {
    const world = new World();
    const { client, server } = world.pair({ handler: waitingHandler().handler });
    const told: string[] = [];
    client.onClose(() => told.push('before'));
    const call = reasonOf(client.invoke(Ask, { question: 'x' }, { timeoutMs }));
    await world.clock.settle();
    server.close('test');
    expect(await call).toBe('connection');
    client.onClose(() => told.push('after'));
    expect(told).toEqual(['before', 'after']);
    expect(await reasonOf(client.invoke(Ask, { question: 'x' }, { timeoutMs }))).toBe('connection');
    expect(client.oneway(Ask, { question: 'x' })).toBe(false);
    expect(world.clock.timerCount).toBe(0);
  });

  it('is closed after 120 s without traffic in either direction', async () => {
    const world = new World();
    const { client, server } = world.pair({ handler: echo });
    await world.clock.advance(60_000);
    await client.invoke(Ask, { question: 'x' }, { timeoutMs });
    await world.clock.advance(119_999);
    expect([client.closed, server.closed]).toEqual([false, false]);
    await world.clock.advance(2);
    expect([client.closed, server.closed]).toEqual([true, true]);
  });

  it('cuts off a peer that drips a frame', async () => {
    const world = new World();
    const [left, right] = streamPair(world.clock);
    const server = world.end(right, { accepted: true, limits: { frameTimeoutMs: 10_000 } });
    left.attach({ data: () => undefined, drained: () => undefined, closed: () => undefined });
    left.write([Buffer.from([0, 0, 1, 0, 0, 0, 0, 64])]);
    for (let i = 0; i < 10 && !server.closed; i += 1) {
      expect(server.closed).toBe(false);
      await world.clock.advance(1000);
      left.write([Buffer.from('x')]);
    }
    await world.clock.advance(1);
    expect(server.closed).toBe(true);
    expect(world.log.join()).toContain('a frame is incomplete');
  });
});

describe('a connection that gets too much', () => {
  it('is not read while too many of its requests are being handled', async () => {
    const world = new World();
    const { open, handler, answerAll } = waitingHandler();
    const { client, server, right } = world.pair({ handler, limits: { requestsMax: 4 } });
    const calls = Array.from({ length: 4 }, () => client.invoke(Ask, { question: 'x' }, { timeoutMs }));
    await world.clock.settle();
    expect(right.isPaused).toBe(true);
    const fifth = client.invoke(Ask, { question: 'x' }, { timeoutMs });
    await world.clock.settle();
    expect([open.length, server.running]).toEqual([4, 4]);
    answerAll();
    await Promise.all(calls);
    await world.clock.settle();
    expect([right.isPaused, open.length]).toEqual([false, 1]);
    answerAll();
    expect((await fifth).code).toBe(0);
  });

  it('does not count requests that are held', async () => {
    const world = new World();
    const { handler, answerAll, open } = waitingHandler();
    const holding: Handle = (request) => {
      request.hold();
      request.hold();
      return handler(request);
    };
    const lanes = new Lanes({ default: 1 });
    const { client, server, right } = world.pair({ handler: holding, lanes, limits: { requestsMax: 2 } });
    const calls = Array.from({ length: 6 }, () => client.invoke(Ask, { question: 'x' }, { timeoutMs }));
    await world.clock.settle();
    expect([right.isPaused, open.length, server.running, lanes.get('default').size]).toEqual([false, 6, 0, 0]);
    answerAll();
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect([server.running, lanes.get('default').size]).toEqual([0, 0]);
  });

  it('is not read while all connections together hold too much, but keeps its fair share', async () => {
    const world = new World();
    const greedy = waitingHandler();
    const input = new Budget(100_000);
    const limits = { fairShareSize: 1000 };
    const a = world.pair({ handler: greedy.handler, limits, input });
    const b = world.pair({ handler: echo, limits, input });
    const big = a.client.invoke(Ask, { question: 'x' }, { timeoutMs, body: Buffer.alloc(120_000) });
    await world.clock.settle();
    expect([a.right.isPaused, b.right.isPaused, input.exhausted]).toEqual([true, false, true]);
    expect((await b.client.invoke(Ask, { question: 'small' }, { timeoutMs })).header.answer).toBe('small!');
    greedy.answerAll();
    await big;
    expect([a.right.isPaused, input.used]).toEqual([false, 0]);
  });

  it('answers SYSTEM_BUSY when the lane is full', async () => {
    const world = new World();
    const { handler, answerAll } = waitingHandler();
    const { client } = world.pair({ handler, lanes: new Lanes({ default: 1 }) });
    const first = client.invoke(Ask, { question: 'x' }, { timeoutMs });
    const second = await client.invoke(Ask, { question: 'x' }, { timeoutMs });
    expect([second.code, second.remark?.startsWith('[OVERLOAD]')]).toEqual([ResponseCode.SYSTEM_BUSY, true]);
    answerAll();
    expect((await first).code).toBe(0);
  });
});

describe('a peer that does not read', () => {
  const limits = { outputPauseSize: 1000, outputBytesMax: 5000, fairShareSize: 100 };
  const bodyOf =
    (size: number): Handle =>
    () => ({ code: 0, header: { answer: '' }, body: Buffer.alloc(size) });

  it('is not read either, and gets the rest when it reads again', async () => {
    const world = new World();
    const { client, right } = world.pair({ handler: bodyOf(2000), limits });
    right.clog();
    const first = client.invoke(Ask, { question: 'x' }, { timeoutMs });
    await world.clock.settle();
    expect(right.isPaused).toBe(true);
    right.unclog();
    expect((await first).body).toHaveLength(2000);
    expect(right.isPaused).toBe(false);
  });

  it('gets refusals in place of bodies, and is refused pushes', async () => {
    const world = new World();
    const { client, server, right } = world.pair({ handler: bodyOf(2000), limits });
    right.clog();
    const calls = Array.from({ length: 4 }, () => client.invoke(Ask, { question: 'x' }, { timeoutMs }));
    await world.clock.settle();
    expect(server.oneway(Ask, { question: 'push' }, { body: Buffer.alloc(1000) })).toBe(false);
    expect(await reasonOf(server.invoke(Ask, { question: 'push' }, { timeoutMs, body: Buffer.alloc(1000) }))).toBe('overload');
    right.unclog();
    const codes = (await Promise.all(calls)).map(({ code }) => code);
    expect(codes).toEqual([0, 0, ResponseCode.SYSTEM_BUSY, ResponseCode.SYSTEM_BUSY]);
  });

  it('is cut off when even short answers pile up', async () => {
    const world = new World();
    const { client, server, right } = world.pair({ handler: echo, limits: { outputBytesMax: 1000 } });
    right.clog();
    const calls = Array.from({ length: 40 }, () => reasonOf(client.invoke(Ask, { question: 'x' }, { timeoutMs })));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['connection']));
    expect(server.closed).toBe(true);
  });
});

describe('the dispatcher', () => {
  it('turns errors into responses and tells the peer nothing of what went wrong inside', async () => {
    const world = new World();
    const errors = [new RequestRejected(17, 'no topic'), new TypeError('boom')];
    const { client } = world.pair({
      handler: ({ header }) => {
        const error = errors[header.count ?? 0] ?? new Error('no such error');
        if (header.question === 'sync') throw error;
        return Promise.reject(error);
      },
    });
    for (const question of ['sync', 'async']) {
      expect(await client.invoke(Ask, { question, count: 0 }, { timeoutMs })).toMatchObject({ code: 17, remark: 'no topic' });
      const { code, remark } = await client.invoke(Ask, { question, count: 1 }, { timeoutMs });
      expect([code, remark]).toEqual([ResponseCode.SYSTEM_ERROR, 'the request failed, the log of this process says why']);
    }
    expect(world.log.filter((line) => line.startsWith('error a request failed'))).toHaveLength(2);
  });

  it('answers a malformed header field, a reply that does not fit and an unknown code', async () => {
    const world = new World();
    const { client } = world.pair({ handler: () => ({ code: 0, header: {} as { answer: string } }) });
    const bad = await client.invoke(Ask, { question: 'x' }, { timeoutMs, ext: new Map([['count', 'many']]) });
    expect([bad.code, bad.remark]).toEqual([ResponseCode.SYSTEM_ERROR, expect.stringContaining('count')]);
    const unfit = await client.invoke(Ask, { question: 'x' }, { timeoutMs });
    expect([unfit.code, unfit.remark]).toEqual([ResponseCode.SYSTEM_ERROR, 'the request failed, the log of this process says why']);
    expect(world.log.filter((line) => line.startsWith('error a request failed'))).toHaveLength(1);
    const unknown = await client.invoke({ ...Ask, code: 4711 }, { question: 'x' }, { timeoutMs });
    expect([unknown.code, unknown.remark]).toEqual([3, ' request type 4711 not supported']);
  });

  it('never answers a oneway request', async () => {
    const world = new World();
    const seen: string[] = [];
    const { client, left } = world.pair({
      handler: ({ header }) => {
        seen.push(header.question ?? '');
        throw new Error('boom');
      },
    });
    let received = 0;
    left.peer.write = () => void (received += 1);
    expect(client.oneway(Ask, { question: 'x' })).toBe(true);
    expect(client.oneway({ ...Ask, code: 4711 }, { question: 'x' })).toBe(true);
    await world.clock.settle();
    expect([seen, received]).toEqual([['x'], 0]);
  });

  it('accepts binary headers and answers in its own serialisation', async () => {
    const world = new World();
    const [left, right] = streamPair(world.clock);
    world.end(right, { handler: echo, accepted: true });
    const answer = deferred<Buffer>();
    left.attach({ data: (chunk) => answer.resolve(chunk), drained: () => undefined, closed: () => undefined });
    const ext = new Map([['question', 'x']]);
    left.write(
      encodeFrame({
        code: Ask.code,
        language: 'JAVA',
        version: 479,
        opaque: 7,
        flag: 0,
        remark: undefined,
        ext,
        body: undefined,
        serialization: 'ROCKETMQ',
      }),
    );
    const bytes = await answer.promise;
    expect(bytes[4]).toBe(0);
    expect(JSON.parse(bytes.subarray(8).toString())).toMatchObject({
      code: 0,
      flag: 1,
      opaque: 7,
      language: 'NODE_JS',
      extFields: { answer: 'x!' },
    });
  });
});

describe('a graceful close', () => {
  it('refuses new requests, waits for running ones and sends their answers', async () => {
    const world = new World();
    const { handler, answerAll } = waitingHandler();
    const { client, server } = world.pair({ handler });
    const running = client.invoke(Ask, { question: 'x' }, { timeoutMs });
    await world.clock.settle();
    const closed = server.shutdown(10_000, 'test');
    const refused = await client.invoke(Ask, { question: 'y' }, { timeoutMs });
    expect(refused.code).toBe(ResponseCode.GO_AWAY);
    expect(await reasonOf(server.invoke(Ask, { question: 'z' }, { timeoutMs }))).toBe('closed');
    answerAll();
    expect((await running).header.answer).toBe('late');
    await closed;
    await world.clock.settle();
    expect([server.closed, client.closed, world.clock.timerCount]).toEqual([true, true, 0]);
  });

  it('ends at its deadline whatever still runs', async () => {
    const world = new World();
    const { client, server } = world.pair({ handler: waitingHandler().handler });
    const running = reasonOf(client.invoke(Ask, { question: 'x' }, { timeoutMs: 60_000 }));
    await world.clock.settle();
    const closed = server.shutdown(5000, 'test');
    await world.clock.advance(4999);
    expect(server.closed).toBe(false);
    await world.clock.advance(1);
    await closed;
    expect(await running).toBe('connection');
  });
});
