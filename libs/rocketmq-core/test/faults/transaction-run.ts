import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClientInstance } from '../../src/client/index.js';
import { NameServer } from '../../src/namesrv/index.js';
import {
  decodeRecords,
  type MessageExt,
  PullMessage,
  QueryConsumerOffset,
  ResponseCode,
  TRANS_HALF_TOPIC,
} from '../../src/protocol/index.js';
import { RemotingClient } from '../../src/remoting/index.js';
import { silentLogger, SystemClock } from '../../src/runtime/index.js';
import { freeListenPort } from '../../testing/free-ports.js';
import { History } from './checkers.js';
import { MortalLives } from './mortal-lives.js';
import { type DeadlyPoint, MortalProcess } from './mortal-process.js';

export interface TransactionRunOptions {
  /** Folder of the compiled core. */
  readonly compiled: string;
  /** For the store and the journal of local transactions. */
  readonly folder: string;
  readonly transactionCount: number;
  readonly brokerPoints: readonly DeadlyPoint[];
  readonly producerPoints: readonly DeadlyPoint[];
  /** The listener denies this committed transaction: a bug that the checkers have to find. */
  readonly forgotten?: number;
}

const GROUP = 'transactors';
const TOPIC = 'transacted';
const QUEUES = 4;
const PAUSE_MS = 100;
const TIMEOUT_MS = 5000;
/** As Java: PullSysFlag.FLAG_SUBSCRIPTION. */
const WITH_SUBSCRIPTION = 4;

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
const isCommit = (number: number) => number % 2 === 0;

function bodyOf(number: number): Buffer {
  const digest = createHash('sha512').update(String(number)).digest();
  return Buffer.concat(Array.from({ length: 1 + (number % 16) }, () => digest));
}

/**
 * Local transactions that are lines of a journal, and their messages, while producer and broker are killed again and again. A message must be there
 * if and only if its line is in the journal and says commit.
 */
export class TransactionRun {
  readonly history = new History();
  /** Local transactions. */
  executed = 0;
  /** Questions of the broker. */
  asked = 0;
  private begun = -1;
  private readonly lives: MortalLives;
  private readonly nameServer = new NameServer({ config: { listenPort: 0 } });
  private readonly remoting = new RemotingClient({ clock: new SystemClock(), logger: silentLogger });
  private readonly read = Array.from({ length: QUEUES }, () => 0);
  private readonly journal: string;
  private readonly stopFile: string;
  private isSendingOver = false;

  constructor(private readonly options: TransactionRunOptions) {
    this.lives = new MortalLives(options.brokerPoints.length + options.producerPoints.length);
    this.journal = join(options.folder, 'journal');
    this.stopFile = join(options.folder, 'stop');
  }

  /** What else is wrong. */
  get faults(): readonly string[] {
    return this.lives.faults;
  }

  /** The points at which a process died. */
  get deaths(): readonly string[] {
    return this.lives.deaths;
  }

  /** Transactions that were begun. */
  get begunCount(): number {
    return this.begun + 1;
  }

  /** Resolves when every transaction has ended and every committed message but `missingMax` is there. */
  async run(missingMax = 0): Promise<void> {
    await this.nameServer.start();
    const port = await freeListenPort();
    const address = `127.0.0.1:${port}`;
    this.lives.begin(this.options.brokerPoints, (deadly) => this.broker(port, deadly));
    try {
      await this.createTopic();
      this.lives.begin(this.options.producerPoints, (deadly) => this.producer(deadly));
      await this.until(() => !this.lives.isMortal && this.executed >= this.options.transactionCount);
      writeFileSync(this.stopFile, '');
      await this.until(() => this.isSendingOver);
      this.settleAll();
      await this.until(async () => {
        await this.readMessages(address);
        return this.history.missing <= missingMax && (await this.isHalfQueueEmpty(address));
      });
      // What the last halves of the queue were ended with is there by now, too.
      await this.readMessages(address);
    } finally {
      await this.lives.end();
      await this.remoting.close(0);
      await this.nameServer.stop(0);
    }
  }

  private async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (this.faults.length === 0 && !(await holds())) await pause();
  }

  private broker(port: number, deadly: DeadlyPoint | undefined): MortalProcess {
    const settings = {
      ...{ listenPort: port, brokerIP1: '127.0.0.1', brokerName: 'mortal', namesrvAddr: this.nameServer.address },
      ...{ storePathRootDir: join(this.options.folder, 'store'), flushConsumerOffsetInterval: 200 },
      // Later than a send may take, so that nobody is asked about a transaction that may still begin.
      ...{ transactionCheckMax: 10_000, transactionTimeOut: 1500, transactionCheckInterval: 300, transactionOpBatchInterval: 200 },
      // Small, so that every few thousand messages begin a new file.
      ...{ mappedFileSizeCommitLog: 4 * 1024 * 1024, mappedFileSizeConsumeQueue: 20 * 1000 },
    };
    return new MortalProcess('broker-child.mjs', { folder: this.options.compiled, settings, deadly });
  }

  private producer(deadly: DeadlyPoint | undefined): MortalProcess {
    const { compiled: folder, transactionCount: count, forgotten } = this.options;
    const { journal, stopFile } = this;
    const plan = { ...{ folder, group: GROUP, topic: TOPIC, journal, stopFile, forgotten, deadly }, first: this.begunCount, count };
    return new MortalProcess('transacting-producer-child.mjs', { ...plan, namesrvAddr: this.nameServer.address }, (line) =>
      this.note(line),
    );
  }

  private note(line: string): void {
    const [event, number] = line.split(' ');
    if (event === 'begun') this.begun = Math.max(this.begun, Number(number));
    if (event === 'executed') this.executed += 1;
    if (event === 'asked') this.asked += 1;
    if (event === 'done') this.isSendingOver = true;
  }

  private async createTopic(): Promise<void> {
    const client = new ClientInstance({ namesrvAddr: this.nameServer.address });
    await client.start();
    const { topics } = client.admin();
    for (let isThere = false; !isThere;) {
      // The broker is being killed from its first moment on.
      isThere = await topics.createOrUpdate({ topic: TOPIC, readQueueNums: QUEUES, writeQueueNums: QUEUES }).then(
        () => true,
        () => pause().then(() => false),
      );
    }
    await client.shutdown(0);
  }

  /** The journal says what has to be there. */
  private settleAll(): void {
    const lines = new Set(existsSync(this.journal) ? readFileSync(this.journal, 'utf8').split('\n') : []);
    for (let number = 0; number < this.begunCount; number += 1) {
      this.history.sent(String(number), bodyOf(number));
      this.history.settled(String(number), lines.has(String(number)) && isCommit(number) ? 'acknowledged' : 'failed');
    }
  }

  /** Takes what is new among the messages that consumers see. */
  private async readMessages(address: string): Promise<void> {
    for (let queueId = 0; queueId < QUEUES; queueId += 1) {
      for (;;) {
        const header = {
          ...{ consumerGroup: 'audit', topic: TOPIC, queueId, queueOffset: this.read[queueId] ?? 0, maxMsgNums: 32 },
          ...{ sysFlag: WITH_SUBSCRIPTION, commitOffset: 0, suspendTimeoutMillis: 0, subscription: '*', subVersion: 0 },
        };
        const answer = await this.remoting.invoke(address, PullMessage, header, { timeoutMs: TIMEOUT_MS }).catch(() => undefined);
        if (answer?.code !== ResponseCode.SUCCESS || answer.body === undefined) break;
        for (const message of decodeRecords(answer.body)) this.take(message, queueId);
      }
    }
  }

  private take({ properties, body, queueOffset }: MessageExt, queueId: number): void {
    this.read[queueId] = queueOffset + 1;
    this.history.arrived(properties.get('KEYS') ?? '', body);
  }

  /** Every half has ended: the broker has passed the last one. */
  private async isHalfQueueEmpty(address: string): Promise<boolean> {
    const queue = { topic: TRANS_HALF_TOPIC, queueId: 0 };
    const limits = { timeoutMs: TIMEOUT_MS };
    const header = { ...queue, consumerGroup: 'CID_RMQ_SYS_TRANS' };
    const passed = await this.remoting.invoke(address, QueryConsumerOffset, header, limits).catch(() => undefined);
    const pull = { ...queue, consumerGroup: 'audit', queueOffset: 0, maxMsgNums: 1, sysFlag: WITH_SUBSCRIPTION, commitOffset: 0 };
    const more = { suspendTimeoutMillis: 0, subscription: '*', subVersion: 0 };
    const found = await this.remoting.invoke(address, PullMessage, { ...pull, ...more }, limits).catch(() => undefined);
    return passed?.header.offset !== undefined && passed.header.offset === found?.header.maxOffset;
  }
}
