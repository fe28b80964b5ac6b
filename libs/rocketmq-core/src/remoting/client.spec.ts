import type { OperationFailed } from '../base/index.js';
import { defineCommand, encodeFrame, type Frame, required, ResponseCode, string } from '../protocol/index.js';
import { silentLogger, SystemClock } from '../runtime/index.js';
import { FakeClock, type ScriptedPeer, ScriptedServer } from '../../testing/index.js';
import { RemotingClient } from './client.js';
import { route } from './ports.js';

const Ask = defineCommand({
  code: 9001,
  name: 'ASK',
  access: 'any',
  request: { question: required(string) },
  response: { answer: required(string) },
});
const timeoutMs = 5000;
const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => 'fine',
    (error: OperationFailed) => error.reason,
  );
const answerTo = ({ opaque }: Frame, answer: string): Buffer[] =>
  encodeFrame({
    ...{ code: 0, language: 'JAVA', version: 513, opaque, flag: 1, remark: undefined, body: undefined, serialization: 'ROCKETMQ' },
    ext: new Map([['answer', answer]]),
  });

describe('RemotingClient', () => {
  let server: ScriptedServer;
  let client: RemotingClient;
  beforeEach(async () => {
    server = await ScriptedServer.listen();
    client = new RemotingClient({ clock: new SystemClock(), logger: silentLogger });
  });
  afterEach(async () => {
    await client.close(100);
    await server.close();
  });
  const ask = (question = 'x', options = { timeoutMs }) => client.invoke(server.address, Ask, { question }, options);

  it('dials once for callers that come together, and again after the connection is lost', async () => {
    const lost: string[] = [];
    const noticed = new Promise<void>((resolve) => client.onClose((address) => (lost.push(address), resolve())));
    const calls = [ask('a'), ask('b'), ask('c')];
    const peer = await server.accept();
    for (let i = 0; i < 3; i += 1) {
      const request = await peer.receive();
      await peer.send(...answerTo(request, `${request.ext?.get('question')}!`));
    }
    expect((await Promise.all(calls)).map(({ header, version }) => [header.answer, version])).toEqual([
      ['a!', 513],
      ['b!', 513],
      ['c!', 513],
    ]);
    expect(client.isConnected(server.address)).toBe(true);
    peer.close();
    await noticed;
    expect([lost, client.isConnected(server.address)]).toEqual([[server.address], false]);
    const again = ask('d');
    const second = await server.accept();
    await second.send(...answerTo(await second.receive(), 'd!'));
    expect((await again).header.answer).toBe('d!');
    expect(server.count).toBe(2);
  });

  it('tries anew after a dial that failed', async () => {
    const { port } = server;
    await server.close();
    expect(await reasonOf(ask())).toBe('connection');
    server = await ScriptedServer.listen(port);
    const call = ask();
    const peer = await server.accept();
    await peer.send(...answerTo(await peer.receive(), 'now'));
    expect((await call).header.answer).toBe('now');
  });

  it.each(['localhost', ':1', 'host:', 'host:0', 'host:65536', 'host:12x'])('refuses the address %s', async (address) => {
    expect(await reasonOf(client.invoke(address, Ask, { question: 'x' }, { timeoutMs }))).toBe('refused');
  });

  it('serves requests of the server with its own routes', async () => {
    await client.close(0);
    client = new RemotingClient({
      clock: new SystemClock(),
      logger: silentLogger,
      routes: [route(Ask, ({ header }) => ({ code: 0, header: { answer: `${header.question}?` } }), 'default')],
    });
    await client.oneway(server.address, Ask, { question: 'hello' });
    const peer = await server.accept();
    expect((await peer.receive()).flag).toBe(2);
    const push: Frame = {
      code: 9001,
      language: 'JAVA',
      version: 513,
      opaque: 5,
      flag: 0,
      remark: undefined,
      ext: new Map([['question', 'push']]),
      body: undefined,
      serialization: 'JSON',
    };
    await peer.send(...encodeFrame(push));
    const answered = await peer.receive();
    expect([answered.opaque, answered.flag, answered.ext?.get('answer')]).toEqual([5, 1, 'push?']);
    await peer.send(...encodeFrame({ ...push, code: 40, opaque: 6 }));
    expect((await peer.receive()).code).toBe(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
  });

  it('does not keep a caller waiting for a dial that it has given up', async () => {
    const dialler = new AbortController();
    // An address of the documentation network: nobody answers there.
    const call = client.invoke('192.0.2.1:9', Ask, { question: 'x' }, { timeoutMs, signal: dialler.signal });
    dialler.abort();
    expect(await reasonOf(call)).toBe('aborted');
  });

  it('gives up dialling when it is closed', async () => {
    const call = reasonOf(ask());
    await client.close(1000);
    expect(await call).toBe('closed');
  });

  it('fails what waits when it is closed, and refuses everything afterwards', async () => {
    const call = reasonOf(ask());
    const peer = await server.accept();
    await peer.receive();
    const closed = client.close(1000);
    expect(await reasonOf(ask())).toBe('closed');
    await closed;
    expect(await call).toBe('closed');
    await peer.closed;
    expect(await reasonOf(ask())).toBe('closed');
  });
});

describe('RemotingClient on a standing clock', () => {
  it('leaves a peer that was silent for a whole call, but not one that is only slow', async () => {
    const clock = new FakeClock();
    const server = await ScriptedServer.listen();
    const client = new RemotingClient({ clock, logger: silentLogger });
    const ask = (question: string) => client.invoke(server.address, Ask, { question }, { timeoutMs: 3000 });
    const receiveTwo = async (peer: ScriptedPeer) => [await peer.receive(), await peer.receive()] as const;
    const slow = reasonOf(ask('slow'));
    const quick = ask('quick');
    const peer = await server.accept();
    const [, second] = await receiveTwo(peer);
    await clock.advance(1000);
    await peer.send(...answerTo(second, ''));
    await quick;
    await clock.advance(2000);
    expect([await slow, client.isConnected(server.address)]).toEqual(['timeout', true]);
    const silent = reasonOf(ask('silent'));
    await peer.receive();
    await clock.advance(3000);
    expect([await silent, client.isConnected(server.address)]).toEqual(['timeout', false]);
    await client.close(0);
    await server.close();
    expect(clock.timerCount).toBe(0);
  });

  it('leaves no peer for a silence that is its own: it did not get to listening', async () => {
    class StallingClock extends FakeClock {
      stalledMs = 0;
      override monotonic(): number {
        return super.monotonic() + this.stalledMs;
      }
    }
    const clock = new StallingClock();
    const server = await ScriptedServer.listen();
    const client = new RemotingClient({ clock, logger: silentLogger });
    const call = reasonOf(client.invoke(server.address, Ask, { question: 'x' }, { timeoutMs: 1000 }));
    await (await server.accept()).receive();
    await clock.advance(999);
    clock.stalledMs = 400;
    await clock.advance(1);
    expect([await call, client.isConnected(server.address)]).toEqual(['timeout', true]);
    await client.close(0);
    await server.close();
  });
});
