import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NameServer } from '../../src/namesrv/index.js';
import { type MessageExt, TRANS_HALF_TOPIC } from '../../src/protocol/index.js';
import { freeListenPort } from '../../testing/free-ports.js';
import { Auditor, createTopic, pause } from './auditor.js';
import { History } from './checkers.js';
import { MortalLives } from './mortal-lives.js';
import { type DeadlyPoint, MortalProcess } from './mortal-process.js';
import { bodyOf } from './numbered-body.mjs';
import { Watchdog } from './watchdog.js';

export interface TransactionRunOptions {
  /** Folder of the compiled core. */
  readonly compiled: string;
  /** For the store and the journal of local transactions. */
  readonly folder: string;
  readonly transactionCount: number;
  readonly brokerPoints: readonly DeadlyPoint[];
  readonly producerPoints: readonly DeadlyPoint[];
  /** How long the run may take, ms. */
  readonly limitMs: number;
  /** The listener denies a transaction that it has committed: a bug that the checkers have to find. */
  readonly forgetsOne?: boolean;
}

const GROUP = 'transactors';
const TOPIC = 'transacted';
const QUEUES = 4;
const HALVES = { topic: TRANS_HALF_TOPIC, queueId: 0 };

const isCommit = (number: number) => number % 2 === 0;

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
  /** The transaction that `forgetsOne` has chosen. */
  forgotten: string | undefined;
  private begun = -1;
  private readonly lives: MortalLives;
  private readonly nameServer = new NameServer({ config: { listenPort: 0 } });
  private readonly read = Array.from({ length: QUEUES }, () => 0);
  private readonly journal: string;
  private readonly stopFile: string;
  private isSendingOver = false;
  private readonly watchdog: Watchdog;

  constructor(private readonly options: TransactionRunOptions) {
    this.lives = new MortalLives(options.brokerPoints.length + options.producerPoints.length);
    this.journal = join(options.folder, 'journal');
    this.stopFile = join(options.folder, 'stop');
    // Not the questions: a transaction that nobody can end is asked about for ever.
    this.watchdog = new Watchdog({ limitMs: options.limitMs, progress: () => this.figures });
  }

  private get figures() {
    const { begunCount, executed, deaths, isSendingOver, history } = this;
    return { begunCount, executed, deaths, isSendingOver, missing: history.missing, read: this.read };
  }

  /** What else is wrong. */
  get faults(): readonly string[] {
    return [...this.lives.faults, ...this.watchdog.faults];
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
    const auditor = new Auditor(`127.0.0.1:${port}`);
    this.lives.begin(this.options.brokerPoints, (deadly) => this.broker(port, deadly));
    try {
      await createTopic(this.nameServer.address, { topic: TOPIC, queues: QUEUES }, () => this.faults.length > 0);
      this.lives.begin(this.options.producerPoints, (deadly) => this.producer(deadly));
      await this.until(() => !this.lives.isMortal && this.executed >= this.options.transactionCount);
      writeFileSync(this.stopFile, '');
      await this.until(() => this.isSendingOver);
      this.settleAll();
      await this.until(async () => {
        await this.readMessages(auditor);
        // Every half has ended: the broker has passed the last one.
        return this.history.missing <= missingMax && (await auditor.hasPassed('CID_RMQ_SYS_TRANS', HALVES));
      });
      // What the last halves of the queue were ended with is there by now, too.
      await this.readMessages(auditor);
    } finally {
      this.watchdog.stop();
      await this.lives.end();
      await auditor.close();
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
    const { compiled: folder, transactionCount: count, forgetsOne } = this.options;
    const { journal, stopFile } = this;
    const plan = { ...{ folder, group: GROUP, topic: TOPIC, journal, stopFile, forgetsOne, deadly }, first: this.begunCount, count };
    return new MortalProcess('transacting-producer-child.mjs', { ...plan, namesrvAddr: this.nameServer.address }, (line) =>
      this.note(line),
    );
  }

  private note(line: string): void {
    const [event, number] = line.split(' ');
    if (event === 'begun') this.begun = Math.max(this.begun, Number(number));
    if (event === 'executed') this.executed += 1;
    if (event === 'asked') this.asked += 1;
    if (event === 'forgot') this.forgotten = number;
    if (event === 'done') this.isSendingOver = true;
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
  private async readMessages(auditor: Auditor): Promise<void> {
    for (let queueId = 0; queueId < QUEUES; queueId += 1) {
      await auditor.read({ topic: TOPIC, queueId }, this.read[queueId] ?? 0, (message) => this.take(message, queueId));
    }
  }

  private take({ properties, body, queueOffset }: MessageExt, queueId: number): void {
    this.read[queueId] = queueOffset + 1;
    this.history.arrived(properties.get('KEYS') ?? '', body);
  }
}
