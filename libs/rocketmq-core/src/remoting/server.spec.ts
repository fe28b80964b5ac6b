import { deferred, type OperationFailed } from '../base/index.js';
import { defineCommand, encodeFrame, type Frame, required, ResponseCode, string } from '../protocol/index.js';
import { silentLogger, SystemClock } from '../runtime/index.js';
import { ScriptedPeer } from '../../testing/index.js';
import { RemotingClient } from './client.js';
import type { RemotingLimits } from './config.js';
import { type Handler, route } from './ports.js';
import type { Reply } from './reply.js';
import { RemotingServer } from './server.js';

const Ask = defineCommand({
  code: 9001,
  name: 'ASK',
  access: 'any',
  request: { question: required(string) },
  response: { answer: required(string) },
});
const clock = new SystemClock();
const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function serve(handler: Handler<typeof Ask>, limits: Partial<RemotingLimits> = {}) {
  const server = new RemotingServer({
    host: '127.0.0.1',
    port: 0,
    clock,
    logger: silentLogger,
    routes: [route(Ask, handler, 'default')],
    limits,
  });
  const { port } = await server.start();
  cleanUp.push(() => server.stop(1000));
  const client = new RemotingClient({ clock, logger: silentLogger });
  cleanUp.push(() => client.close(1000));
  return { server, client, port, address: `127.0.0.1:${port}` };
}
const echo: Handler<typeof Ask> = ({ header, body }) => ({ code: 0, header: { answer: `${header.question}!` }, body });
const requestOf = (question: string, opaque = 1): Frame => ({
  ...{ code: Ask.code, language: 'JAVA', version: 479, opaque, flag: 0, remark: undefined, body: undefined, serialization: 'JSON' },
  ext: new Map([['question', question]]),
});
const timeoutMs = 5000;

describe('RemotingServer', () => {
  it('serves many requests of several sizes over one socket', async () => {
    const { client, address, server } = await serve(echo);
    const bodies = Array.from({ length: 50 }, (_, i) => Buffer.alloc(i * 3000, i));
    const answers = await Promise.all(bodies.map((body, i) => client.invoke(address, Ask, { question: String(i) }, { timeoutMs, body })));
    expect(answers.map(({ header }) => header.answer)).toEqual(bodies.map((_, i) => `${i}!`));
    answers.forEach(({ body = Buffer.alloc(0) }, i) => expect(body.equals(bodies[i] ?? Buffer.alloc(1))).toBe(true));
    expect(server.peers.size).toBe(1);
  });

  it('sends a body in parts as one frame', async () => {
    const parts = [Buffer.alloc(10, 'a'), Buffer.alloc(100_000, 'b'), Buffer.alloc(10, 'c')];
    const { client, address } = await serve(() => ({ code: 0, header: { answer: '' }, body: parts }));
    const { body } = await client.invoke(address, Ask, { question: 'x' }, { timeoutMs });
    expect(body?.equals(Buffer.concat(parts))).toBe(true);
  });

  it('refuses an address that is taken with a message that names it', async () => {
    const { port } = await serve(echo);
    const second = new RemotingServer({ host: '127.0.0.1', port, clock, logger: silentLogger, routes: [] });
    const error = await second.start().catch((caught: OperationFailed) => caught);
    expect(error).toMatchObject({ reason: 'io', message: expect.stringContaining(`127.0.0.1:${port}`) });
    await second.stop(100);
  });

  it('closes connections over its limit and serves the others', async () => {
    const { port } = await serve(echo, { connectionsMax: 1 });
    const first = await ScriptedPeer.connect(port);
    await first.send(...encodeFrame(requestOf('a')));
    expect((await first.receive()).ext?.get('answer')).toBe('a!');
    const second = await ScriptedPeer.connect(port);
    await second.closed;
    await first.send(...encodeFrame(requestOf('b')));
    expect((await first.receive()).ext?.get('answer')).toBe('b!');
    first.close();
  });

  it('notices a peer that closes, and survives one that is gone at once', async () => {
    const { port, server, client, address } = await serve(echo);
    (await ScriptedPeer.connect(port)).reset();
    const peer = await ScriptedPeer.connect(port);
    await peer.send(...encodeFrame(requestOf('a')));
    await peer.receive();
    const gone = deferred<void>();
    for (const connection of server.peers) connection.onClose(() => server.peers.size === 0 && gone.resolve());
    peer.close();
    await gone.promise;
    expect((await client.invoke(address, Ask, { question: 'x' }, { timeoutMs })).code).toBe(0);
  });

  it('asks its peers over their own connections', async () => {
    const { server, port } = await serve(echo);
    const peer = await ScriptedPeer.connect(port);
    await peer.send(...encodeFrame(requestOf('hello')));
    await peer.receive();
    const [connection] = server.peers;
    const asked = connection?.invoke(Ask, { question: 'and you?' }, { timeoutMs });
    const { opaque, ext } = await peer.receive();
    expect(ext?.get('question')).toBe('and you?');
    await peer.send(...encodeFrame({ ...requestOf(''), opaque, flag: 1, code: 0, ext: new Map([['answer', 'fine']]) }));
    expect((await asked)?.header.answer).toBe('fine');
    peer.close();
  });

  it('stops: finishes what runs, turns new requests away and ends when the peer stays', async () => {
    const reply = deferred<Reply<typeof Ask>>();
    const { server, port } = await serve(({ header }) =>
      header.question === 'slow' ? reply.promise : { code: 0, header: { answer: '' } },
    );
    const peer = await ScriptedPeer.connect(port);
    await peer.send(...encodeFrame(requestOf('slow', 1)));
    await peer.send(...encodeFrame(requestOf('quick', 2)));
    expect((await peer.receive()).opaque).toBe(2);
    const stopped = server.stop(10_000);
    await peer.send(...encodeFrame(requestOf('new', 3)));
    expect(await peer.receive()).toMatchObject({ opaque: 3, code: ResponseCode.GO_AWAY });
    await expect(ScriptedPeer.connect(port)).rejects.toThrow('ECONNREFUSED');
    reply.resolve({ code: 0, header: { answer: 'done' } });
    expect(await peer.receive()).toMatchObject({ opaque: 1, code: 0 });
    await stopped;
    await peer.closed;
    expect(server.peers.size).toBe(0);
  });
});
