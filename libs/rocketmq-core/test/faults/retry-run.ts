import { ClientInstance, dlqTopic, isSendFailed, type Producer } from '../../src/client/index.js';
import { NameServer } from '../../src/namesrv/index.js';
import { type MessageExt } from '../../src/protocol/index.js';
import { freeListenPort } from '../../testing/free-ports.js';
import type { SeededRandom } from '../../testing/index.js';
import { Auditor, insist, pause } from './auditor.js';
import { History } from './checkers.js';
import { MortalLives } from './mortal-lives.js';
import { type DeadlyPoint, MortalProcess } from './mortal-process.js';
import { Watchdog } from './watchdog.js';

export interface RetryRunOptions {
  /** Folder of the compiled core. */
  readonly compiled: string;
  readonly storePathRootDir: string;
  readonly random: SeededRandom;
  readonly messageCount: number;
  /** How long the run may take, ms. */
  readonly limitMs: number;
  readonly brokerPoints: readonly DeadlyPoint[];
  readonly consumerPoints: readonly DeadlyPoint[];
  /** The consumer forgets the message with this key: a bug that the checkers have to find. */
  readonly forgottenKey?: string;
}

const GROUP = 'refusers';
const TOPIC = 'refused';
const RETRY_MAX_TIMES = 3;
const SENDERS = 8;
const BODY_SIZE_MAX = 2048;
const SPARE_PAUSE_MS = 20;
/** Calls of a listener at once, each of which may end in a send-back whose answer is lost. */
const IN_FLIGHT = 2 * 64;
/**
 * What was done in this time may be done again after a kill: the consumer commits, and the broker saves both kinds of offsets, every 200 ms, and later
 * on a busy machine.
 */
const UNSAVED_MS = 10 * 200;

/** Messages that a consumer refuses until they are dead letters, while it and the broker are killed again and again. */
export class RetryRun {
  readonly history = new History();
  /** Failures that consumers saw, by key. */
  private readonly seen = new Map<string, Set<number>>();
  /** Failures that the dead letters say, by key. */
  private readonly counted = new Map<string, number>();
  private readonly lives: MortalLives;
  private readonly complaints: string[] = [];
  private readonly nameServer = new NameServer({ config: { listenPort: 0 } });
  private lettersRead = 0;
  /** Times of all deliveries, ms. */
  private readonly deliveredAt: number[] = [];
  private repeatable = 0;
  private readonly watchdog: Watchdog;

  constructor(private readonly options: RetryRunOptions) {
    this.lives = new MortalLives(options.brokerPoints.length + options.consumerPoints.length, () => this.noteDeath());
    this.watchdog = new Watchdog({ limitMs: options.limitMs, progress: () => this.figures });
  }

  private get figures() {
    const { history, deaths, lettersRead, deliveredAt } = this;
    const { sentCount: sent, missing } = history;
    return { sent, acknowledged: history.countOf('acknowledged'), missing, deaths, lettersRead, delivered: deliveredAt.length };
  }

  /** What else is wrong. */
  get faults(): readonly string[] {
    return [...this.lives.faults, ...this.complaints, ...this.watchdog.faults];
  }

  /** The points at which a process died. */
  get deaths(): readonly string[] {
    return this.lives.deaths;
  }

  /** Most duplicates that the deaths explain. */
  get duplicatesMax(): number {
    return this.repeatable;
  }

  private noteDeath(): void {
    const fromMs = performance.now() - UNSAVED_MS;
    this.repeatable += IN_FLIGHT + this.deliveredAt.length - (this.deliveredAt.findLastIndex((ms) => ms < fromMs) + 1);
  }

  /** Resolves when everything acknowledged but `missingMax` is a dead letter. */
  async run(missingMax = 0): Promise<void> {
    await this.nameServer.start();
    const port = await freeListenPort();
    const auditor = new Auditor(`127.0.0.1:${port}`);
    this.lives.begin(this.options.brokerPoints, (deadly) => this.broker(port, deadly));
    const client = new ClientInstance({ namesrvAddr: this.nameServer.address, pollNameServerIntervalMs: 1000 });
    await client.start();
    try {
      await this.createGroup(client);
      this.lives.begin(this.options.consumerPoints, (deadly) => this.consumer(deadly));
      await this.sendAll(client);
      while (this.faults.length === 0 && (this.lives.isMortal || this.history.missing > missingMax)) {
        await auditor.read({ topic: dlqTopic(GROUP), queueId: 0 }, this.lettersRead, (letter) => this.take(letter));
        await pause();
      }
    } finally {
      this.watchdog.stop();
      await this.lives.end();
      await client.shutdown(0);
      await auditor.close();
      await this.nameServer.stop(0);
    }
    if (this.faults.length === 0) this.checkDeliveries();
  }

  private broker(port: number, deadly: DeadlyPoint | undefined): MortalProcess {
    const settings = {
      ...{ listenPort: port, brokerIP1: '127.0.0.1', brokerName: 'mortal', namesrvAddr: this.nameServer.address },
      ...{ storePathRootDir: this.options.storePathRootDir, messageDelayLevel: Array.from({ length: 18 }, () => '1s').join(' ') },
      ...{ flushConsumerOffsetInterval: 200, flushDelayOffsetInterval: 200 },
      // Small, so that every few thousand messages begin a new file.
      ...{ mappedFileSizeCommitLog: 4 * 1024 * 1024, mappedFileSizeConsumeQueue: 20 * 1000 },
    };
    return new MortalProcess('broker-child.mjs', { folder: this.options.compiled, settings, deadly });
  }

  private consumer(deadly: DeadlyPoint | undefined): MortalProcess {
    const { compiled: folder, forgottenKey } = this.options;
    const plan = { folder, namesrvAddr: this.nameServer.address, group: GROUP, topic: TOPIC, forgottenKey, deadly };
    return new MortalProcess('refusing-consumer-child.mjs', plan, (line) => {
      const [, key = '', failures] = /^seen (\S+) (\d+)$/.exec(line) ?? [];
      this.deliveredAt.push(performance.now());
      let all = this.seen.get(key);
      if (all === undefined) this.seen.set(key, (all = new Set()));
      all.add(Number(failures));
    });
  }

  private async createGroup(client: ClientInstance): Promise<void> {
    const { groups, topics } = client.admin();
    await insist(
      async () => {
        await groups.createOrUpdate({ groupName: GROUP, retryMaxTimes: RETRY_MAX_TIMES });
        await topics.createOrUpdate({ topic: TOPIC, readQueueNums: 4, writeQueueNums: 4 });
      },
      () => this.faults.length > 0,
    );
  }

  private async sendAll(client: ClientInstance): Promise<void> {
    const producer = client.producer({ group: 'senders', retryTimesWhenSendFailed: 0, sendMsgTimeoutMs: 5000 });
    await producer.start();
    await Promise.all(Array.from({ length: SENDERS }, () => this.sendMany(producer)));
    await producer.shutdown();
  }

  private async sendMany(producer: Producer): Promise<void> {
    const { messageCount } = this.options;
    // The last messages are kept for the points that nobody has come to yet.
    while (this.history.countOf('acknowledged') < messageCount || this.lives.isMortal) {
      if (this.faults.length > 0) return;
      const isSpare = this.history.sentCount > messageCount / 2 && this.lives.isMortal;
      const fate = await this.sendOne(producer);
      if (fate !== 'acknowledged') await pause();
      else if (isSpare) await pause(SPARE_PAUSE_MS);
    }
  }

  private async sendOne(producer: Producer): Promise<string> {
    const { random } = this.options;
    const key = `m-${this.history.sentCount}`;
    const body = random.bytes(1 + random.below(BODY_SIZE_MAX));
    this.history.sent(key, body);
    const fate = await producer.send({ topic: TOPIC, body, keys: key }).then(
      () => 'acknowledged' as const,
      (error: unknown) => (isSendFailed(error) ? error.outcome : 'unknown'),
    );
    this.history.settled(key, fate);
    return fate;
  }

  private take(letter: MessageExt): void {
    const key = letter.properties.get('KEYS') ?? '';
    this.lettersRead = letter.queueOffset + 1;
    this.history.arrived(key, letter.body);
    if (letter.reconsumeTimes <= RETRY_MAX_TIMES) this.complaints.push(`${key} is dead after ${letter.reconsumeTimes} failures`);
    this.counted.set(key, Math.max(this.counted.get(key) ?? 0, letter.reconsumeTimes));
    if (letter.properties.get('RETRY_TOPIC') !== TOPIC) this.complaints.push(`${key} comes from ${letter.properties.get('RETRY_TOPIC')}`);
  }

  /**
   * Each message was refused as often as the group allows and as its letter says, no step left out. A consumer that can hand a message back to nobody
   * refuses it again by itself: those failures count, too, when it gets through to the retry topic at last.
   */
  private checkDeliveries(): void {
    for (const key of this.history.arrivedKeys()) {
      const failures = [...(this.seen.get(key) ?? [])].sort((a, b) => a - b);
      const counted = this.counted.get(key) ?? 0;
      const isComplete = failures.length >= counted && failures.every((count, at) => count === at);
      if (!isComplete) this.complaints.push(`${key} was delivered after ${failures.join()} failures and is dead after ${counted}`);
    }
  }
}
