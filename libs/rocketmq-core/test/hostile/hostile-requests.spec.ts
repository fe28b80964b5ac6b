import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broker } from '../../src/broker/index.js';
import { NameServer } from '../../src/namesrv/index.js';
import {
  allCommands,
  type Command,
  decodeRecords,
  encodeFrame,
  type Frame,
  FrameFlag,
  GetRouteinfoByTopic,
  ResponseCode,
} from '../../src/protocol/index.js';
import { RemotingClient } from '../../src/remoting/index.js';
import { type Logger, silentLogger, SystemClock } from '../../src/runtime/index.js';
import { ScriptedPeer, SeededRandom } from '../../testing/index.js';
import { TestClient } from '../broker/broker-fixture.js';
import { goldenBytes, goldenFiles } from '../golden-set.js';

const MIB = 1024 * 1024;
const REQUESTS = 4000;
const PEERS = 4;
/** Requests of a peer that wait for their answer at most. */
const WINDOW = 50;
const MEMORY_MAX = 256 * MIB;

/** What the fields of a command may hold so that its handler gets far. */
const likely: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^topic$|topicName|defaultTopic|originTopic|^b$|^c$/i, ['T', 'T', 'U', 'TBW102', '%RETRY%G', '%DLQ%G', 'SCHEDULE_TOPIC_XXXX']],
  [/group/i, ['G', 'G', 'H', 'CID_RMQ_SYS_X']],
  [/queueId|queueNums|QueueNum|^e$|^d$/i, ['0', '0', '1', '3', '-1', '8']],
  [/offset/i, ['0', '1', '2', '100', '-1']],
  [/timeoutMillis|timeout/i, ['0', '1', '20']],
  [/broker(Name|Addr|Id)|cluster/i, ['b', 'C', '0', '1', '127.0.0.1:10911', '10.0.0.1:10911']],
  [
    /properties|^i$/i,
    [
      '',
      'TAGS\u0001a\u0002',
      'DELAY\u00011\u0002',
      'TIMER_DELAY_MS\u00015\u0002',
      'TRAN_MSG\u0001true\u0002',
      'UNIQ_KEY\u0001U\u0002WAIT\u0001false',
    ],
  ],
  [/clientId/i, ['client', 'other']],
  [/sysFlag|flag|num|perm|^f$|^h$/i, ['0', '1', '4', '6', '7', '8', '12']],
];
const odd = [
  ...[
    '',
    ' ',
    '0',
    '-0',
    '-1',
    '+1',
    '2147483647',
    '-2147483648',
    '2147483648',
    '9007199254740993',
    '9223372036854775807',
    '1e9',
    'NaN',
    '0x10',
  ],
  ...[
    'true',
    'false',
    'null',
    'undefined',
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    '/',
    '.',
    '*',
    'a||b',
    '||',
    'a > 1 AND',
  ],
  ...[
    'T@G',
    'T@G@H',
    '%RETRY%',
    '%DLQ%',
    '\u0000',
    '\u0001',
    '\u0002',
    'a\u0001b',
    'a\u0001b\u0002',
    '\ud83d\ude00',
    '\ud800',
    'x'.repeat(300),
  ],
  ...['{}', '[]', '[1,2', '{"a":1}', 'x'.repeat(5000), '255.255.255.255:99999', 'host:-1', ';', ':', '1;2;3', 'RMQ_SYS_TRANS_HALF_TOPIC'],
];
const jsons = [
  '{}',
  '[]',
  'null',
  '0',
  '""',
  '{"a":',
  '['.repeat(3000),
  '{"a":'.repeat(3000),
  '{"__proto__":{}}',
  '{"topic":null}',
  '[null,1,"a",{}]',
];

/** Makes the same requests for the same seed. */
class RequestMaker {
  private readonly captured = ['bodies', 'records'].flatMap((folder) =>
    goldenFiles('5.5.0', folder)
      .map((name) => goldenBytes('5.5.0', `${folder}/${name}`))
      .filter(({ length }) => length > 0 && length < 20_000),
  );

  constructor(private readonly random: SeededRandom) {}

  private chance(percent: number): boolean {
    return this.random.below(100) < percent;
  }

  private one<T>(values: readonly T[]): T {
    const value = values[this.random.below(values.length)];
    if (value === undefined) throw new Error('nothing to choose from');
    return value;
  }

  private valueOf(name: string): string {
    const fitting = likely.find(([pattern]) => pattern.test(name));
    if (fitting !== undefined && this.chance(80)) return this.one(fitting[1]);
    return this.chance(80) ? this.one(odd) : this.random.bytes(this.random.below(20)).toString('latin1');
  }

  ext({ requestRows }: Command): Map<string, string> {
    const ext = new Map<string, string>();
    for (const { wireName } of requestRows) if (this.chance(90)) ext.set(wireName, this.valueOf(wireName));
    if (this.chance(20)) ext.set(this.one(odd), this.one(odd));
    return ext;
  }

  body(): Buffer | undefined {
    if (this.chance(30)) return undefined;
    if (this.chance(20)) return this.random.bytes(this.random.below(2000));
    if (this.chance(20)) return Buffer.from(this.one(jsons));
    const body = Buffer.from(this.one(this.captured));
    if (this.chance(50)) for (let n = this.random.below(4); n >= 0; n -= 1) body[this.random.below(body.length)] = this.random.below(256);
    return this.chance(20) ? body.subarray(0, this.random.below(body.length)) : body;
  }

  frame(command: Command, opaque: number): Frame {
    const oneway = this.chance(5) ? FrameFlag.ONEWAY : 0;
    return {
      ...{ code: command.code, language: 'JAVA', version: this.one([0, 100, 400, 479]), opaque, flag: oneway, remark: undefined },
      ...{ serialization: this.chance(50) ? 'JSON' : 'ROCKETMQ', ext: this.ext(command), body: this.body() },
    };
  }
}

/** Sends requests and counts what comes back. What the server asks of it is answered with nonsense. */
class HostilePeer {
  readonly answers = new Map<number, number>();
  /** Codes that the server does not know or does not serve. */
  readonly unserved = new Set<number>();
  private readonly expected = new Map<number, Command>();
  private opaque = 0;

  private constructor(
    private readonly peer: ScriptedPeer,
    private readonly maker: RequestMaker,
  ) {}

  static async connect(port: number, maker: RequestMaker): Promise<HostilePeer> {
    return new HostilePeer(await ScriptedPeer.connect(port), maker);
  }

  async run(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      const frame = this.maker.frame(command, (this.opaque += 1));
      await this.peer.send(...encodeFrame(frame));
      if ((frame.flag & FrameFlag.ONEWAY) === 0) this.expected.set(frame.opaque, command);
      while (this.expected.size >= WINDOW) await this.take();
    }
    while (this.expected.size > 0) await this.take();
  }

  /** @returns opaques that came more than once, or without having been asked for */
  surplus(): number[] {
    return [...this.answers].filter(([, count]) => count !== 1).map(([opaque]) => opaque);
  }

  private async take(): Promise<void> {
    const frame = await this.peer.receive();
    if ((frame.flag & FrameFlag.RESPONSE) === 0) {
      const nonsense = { ...frame, flag: FrameFlag.RESPONSE, body: this.maker.body() };
      if ((frame.flag & FrameFlag.ONEWAY) === 0) await this.peer.send(...encodeFrame(nonsense));
      return;
    }
    const asked = this.expected.get(frame.opaque);
    const known = this.expected.delete(frame.opaque);
    if (frame.code === ResponseCode.REQUEST_CODE_NOT_SUPPORTED && asked !== undefined) this.unserved.add(asked.code);
    this.answers.set(frame.opaque, (this.answers.get(frame.opaque) ?? 0) + (known ? 1 : 2));
  }

  async close(): Promise<void> {
    this.peer.close();
    await this.peer.closed;
  }
}

const errors: string[] = [];
const logger: Logger = { log: (level, message, fields) => void (level === 'error' && errors.push(`${message} ${JSON.stringify(fields)}`)) };

async function storm(port: number, seed: number): Promise<number> {
  const random = new SeededRandom(seed);
  const maker = new RequestMaker(random);
  const peers = await Promise.all(Array.from({ length: PEERS }, () => HostilePeer.connect(port, maker)));
  // First every command; then, at random, those that are served.
  await Promise.all(peers.map((peer) => peer.run(allCommands)));
  const served = allCommands.filter(({ code }) => peers.every(({ unserved }) => !unserved.has(code)));
  const more = Array.from(
    { length: REQUESTS / PEERS - allCommands.length },
    () => served[random.below(served.length)] ?? GetRouteinfoByTopic,
  );
  await Promise.all(peers.map((peer) => peer.run(more)));
  const surplus = peers.flatMap((peer) => peer.surplus());
  expect(surplus).toEqual([]);
  const answered = peers.reduce((sum, peer) => sum + peer.answers.size, 0);
  await Promise.all(peers.map((peer) => peer.close()));
  return answered;
}

describe('requests that no honest peer makes', () => {
  let folder: string;
  const stops: (() => Promise<void>)[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rocketmq-hostile-'));
    errors.length = 0;
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('get one answer each from a broker, and an honest client beside them notices nothing', async () => {
    const small = {
      mappedFileSizeCommitLog: 16 * MIB,
      mappedFileSizeConsumeQueue: 20_000,
      longPollingEnable: false,
      shortPollingTimeMills: 20,
    };
    const broker = new Broker({
      config: { listenPort: 0, storePathRootDir: folder, brokerName: 'b', brokerClusterName: 'C', ...small },
      logger,
    });
    await broker.start();
    const honest = new TestClient(() => broker.address, 'honest');
    stops.push(
      () => honest.close(),
      () => broker.stop(1000),
    );
    const before = process.memoryUsage();
    const storming = { isOver: false };
    const asking = (async () => {
      let sent = 0;
      for (; !storming.isOver || sent < 10; sent += 1) {
        expect(await honest.send('Honest', `m${sent}`)).toMatchObject({ code: 0, header: { queueOffset: sent } });
        const { body } = await honest.pull('Honest', sent, { consumerGroup: 'HonestGroup' });
        expect(decodeRecords(body ?? Buffer.alloc(0)).map((message) => message.body.toString())).toEqual([`m${sent}`]);
      }
      return sent;
    })();
    const answered = await storm(Number(broker.address.split(':')[1]), 20_240_102).finally(() => (storming.isOver = true));
    expect(answered).toBeGreaterThan(REQUESTS * 0.9);
    expect(await asking).toBeGreaterThanOrEqual(10);
    const after = process.memoryUsage();
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(MEMORY_MAX);
    expect(errors).toEqual([]);
  }, 60_000);

  it('get one answer each from a name server, and an honest client beside them notices nothing', async () => {
    const server = new NameServer({ config: { listenPort: 0 }, logger });
    await server.start();
    const honest = new RemotingClient({ clock: new SystemClock(), logger: silentLogger });
    stops.push(
      () => honest.close(0),
      () => server.stop(0),
    );
    const storming = { isOver: false };
    const asking = (async () => {
      let asked = 0;
      for (; !storming.isOver || asked < 10; asked += 1) {
        const { code } = await honest.invoke(server.address, GetRouteinfoByTopic, { topic: 'Honest' }, { timeoutMs: 10_000 });
        expect(code).toBe(17);
      }
      return asked;
    })();
    const answered = await storm(server.port, 20_240_103).finally(() => (storming.isOver = true));
    expect(answered).toBeGreaterThan(REQUESTS * 0.9);
    expect(await asking).toBeGreaterThanOrEqual(10);
    expect(errors).toEqual([]);
  }, 60_000);
});
