import { encodeFrame, type Frame, HeartBeat, GetConsumerListByGroup } from '../../src/protocol/index.js';
import { RemotingClient, RemotingServer, route } from '../../src/remoting/index.js';
import { type Logger, silentLogger } from '../../src/runtime/index.js';
import { FakeClock, ScriptedPeer, SeededRandom } from '../../testing/index.js';

const FRAME_TIMEOUT_MS = 10_000;
const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
const heartbeat: Frame = {
  ...{ code: HeartBeat.code, language: 'JAVA', version: 479, opaque: 1, flag: 0, remark: undefined, serialization: 'JSON' },
  ext: new Map([['group', 'g']]),
  body: Buffer.from('{}'),
};

/** A server with an honest client that asks all the time, on one connection. */
class Scene {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  private readonly logger: Logger = {
    log: (level, message, fields) => void this.log.push(`${level} ${message} ${String(fields?.reason)}`),
  };
  private readonly server = new RemotingServer({
    host: '127.0.0.1',
    port: 0,
    clock: this.clock,
    logger: this.logger,
    limits: { frameTimeoutMs: FRAME_TIMEOUT_MS },
    routes: [
      route(HeartBeat, ({ body }) => ({ code: 0, body }), 'heartbeat'),
      route(GetConsumerListByGroup, ({ header }) => ({ code: 0, remark: header.consumerGroup }), 'clientManage'),
    ],
  });
  private readonly honest = new RemotingClient({ clock: this.clock, logger: silentLogger });
  private asking = true;
  private asked: Promise<void> = Promise.resolve();
  private answers = 0;
  private lost = 0;
  port = 0;

  async start(): Promise<void> {
    ({ port: this.port } = await this.server.start());
    this.honest.onClose(() => void (this.lost += 1));
    await this.askOnce(0);
    this.asked = this.ask();
  }

  connect(): Promise<ScriptedPeer> {
    return ScriptedPeer.connect(this.port);
  }

  get connections(): number {
    return this.server.peers.size;
  }

  /** Ends the scene. @returns what the honest client has noticed */
  async finish(): Promise<{ lost: number; answers: number }> {
    this.asking = false;
    await this.asked;
    const seen = { lost: this.lost, answers: this.answers };
    await this.honest.close(0);
    await this.server.stop(0);
    return seen;
  }

  private async ask(): Promise<void> {
    for (let i = 1; this.asking; i += 1) await this.askOnce(i);
  }

  private async askOnce(i: number): Promise<void> {
    const consumerGroup = `group-${i}`;
    const answer = await this.honest.invoke(`127.0.0.1:${this.port}`, GetConsumerListByGroup, { consumerGroup }, { timeoutMs: 3_600_000 });
    expect(answer.remark).toBe(consumerGroup);
    this.answers += 1;
  }
}

let scene: Scene;
beforeEach(async () => {
  scene = new Scene();
  await scene.start();
});
afterEach(async () => {
  const { lost, answers } = await scene.finish();
  expect(lost).toBe(0);
  expect(answers).toBeGreaterThan(1);
  expect(scene.connections).toBe(0);
});

const MIB = 1024 * 1024;
const broken: [string, Buffer, RegExp][] = [
  ['an oversized frame', Buffer.concat([word(16 * MIB + 1), word(100), Buffer.alloc(1000)]), /frame length 16777217/],
  ['a negative length', Buffer.concat([word(-1), word(0)]), /frame length -1/],
  ['a length too short for its header word', Buffer.concat([word(3), word(0)]), /frame length 3/],
  ['a header longer than its frame', Buffer.concat([word(20), word(17), Buffer.alloc(16)]), /header length 17/],
  ['a header over the limit', Buffer.concat([word(MIB), word(MIB - 4)]), /header length/],
  ['an unknown serialisation', Buffer.concat([word(20), word(0x0700_0010), Buffer.alloc(16)]), /serialisation 7/],
  ['a JSON header that is none', Buffer.concat([word(9), word(5), Buffer.from('{"co"')]), /the header is not JSON$/],
  ['a JSON header that is an array', Buffer.concat([word(6), word(2), Buffer.from('[]')]), /the header is not a JSON object/],
  [
    'a binary header cut short',
    Buffer.concat([word(9), word(0x0100_0005), Buffer.alloc(5)]),
    /points past its end: 4 bytes wanted, 0 left/,
  ],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: broker\r\n\r\n'), /frame length/],
  ['TLS', Buffer.from('160301020001000001fc0303', 'hex'), /frame length/],
];

describe('bytes that no honest peer sends', () => {
  it.each(broken)('%s: the connection closes with a logged reason', async (_, bytes, reason) => {
    const peer = await scene.connect();
    await peer.send(bytes);
    await peer.closed;
    expect(scene.log).toEqual([expect.stringMatching(/^warn connection closed/)]);
    expect(scene.log[0]).toMatch(reason);
  });

  it('a broken frame after honest ones', async () => {
    const peer = await scene.connect();
    await peer.send(...encodeFrame(heartbeat), ...encodeFrame({ ...heartbeat, opaque: 2 }));
    expect([(await peer.receive()).opaque, (await peer.receive()).opaque]).toEqual([1, 2]);
    await peer.send(...encodeFrame(heartbeat), word(-1), word(0));
    await peer.closed;
    expect(scene.log).toHaveLength(1);
  });

  it('random bytes: every connection ends', async () => {
    const random = new SeededRandom(20_240_101);
    const peers = await Promise.all(Array.from({ length: 100 }, () => scene.connect()));
    await Promise.all(peers.map((peer) => peer.send(random.bytes(8 + random.below(4000)))));
    // What looked like the beginning of a long frame is given up after the time a frame may take.
    while (scene.connections > 1) await scene.clock.advance(FRAME_TIMEOUT_MS / 10);
    await Promise.all(peers.map((peer) => peer.closed));
    expect(scene.log).toHaveLength(100);
  });

  it('flipped bits: each frame is answered or its connection ends', async () => {
    const random = new SeededRandom(7);
    const [head = Buffer.alloc(0), body = Buffer.alloc(0)] = encodeFrame(heartbeat);
    const frame = Buffer.concat([head, body]);
    const peers = await Promise.all(Array.from({ length: 200 }, () => scene.connect()));
    await Promise.all(
      peers.map((peer) => {
        const flipped = Buffer.from(frame);
        for (let n = random.below(3); n >= 0; n -= 1) flipped.writeUInt8(random.below(256), random.below(flipped.length));
        return peer.send(flipped);
      }),
    );
    const ended = peers.map((peer) => peer.closed);
    const outcomes = peers.map((peer) =>
      peer.receive().then(
        ({ flag, opaque }) => typeof opaque === 'number' && flag === 1,
        () => true,
      ),
    );
    await settleUntil(() => peers.filter((peer) => peer.waiting > 0).length > 0 || scene.connections < 201);
    await scene.clock.advance(FRAME_TIMEOUT_MS);
    for (const peer of peers) peer.close();
    await Promise.all(ended);
    expect(await Promise.all(outcomes)).not.toContain(false);
  });
});

describe('half frames', () => {
  it('a peer that leaves in the middle of a frame leaves nothing behind', async () => {
    const peer = await scene.connect();
    const [head = Buffer.alloc(0)] = encodeFrame(heartbeat);
    await peer.send(head.subarray(0, 20));
    await settleUntil(() => scene.connections === 2);
    peer.close();
    await peer.closed;
    await settleUntil(() => scene.connections === 1);
  });

  it('a frame in single bytes is a frame', async () => {
    const peer = await scene.connect();
    for (const byte of Buffer.concat(encodeFrame(heartbeat))) await peer.send(Buffer.from([byte]));
    expect((await peer.receive()).body?.toString()).toBe('{}');
    peer.close();
    await peer.closed;
  });

  it('a slow drip ends when the time for a frame is over', async () => {
    const peer = await scene.connect();
    await peer.send(word(1000), word(500));
    await settleUntil(() => scene.connections === 2);
    for (let seconds = 1; seconds <= 9; seconds += 1) {
      await peer.send(Buffer.from('x'));
      await scene.clock.advance(1000);
    }
    expect(scene.connections).toBe(2);
    await scene.clock.advance(2000);
    await peer.closed;
    expect(scene.log.join()).toContain('a frame is incomplete');
  });

  it('announced lengths cost no memory', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const peers = await Promise.all(Array.from({ length: 50 }, () => scene.connect()));
    await Promise.all(peers.map((peer) => peer.send(word(16 * MIB), word(100), Buffer.alloc(1000))));
    await settleUntil(() => scene.connections === 51);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * MIB);
    for (const peer of peers) peer.close();
    await Promise.all(peers.map((peer) => peer.closed));
  });
});

/** Lets real input and output go on until something is true. */
async function settleUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
