import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NameServer } from '../../src/namesrv/index.js';
import { type MessageExt, SCHEDULE_TOPIC } from '../../src/protocol/index.js';
import { freeListenPort } from '../../testing/free-ports.js';
import { Auditor, createTopic, pause } from './auditor.js';
import { type Fate, History } from './checkers.js';
import { DueTimes } from './due-times.js';
import { MortalLives } from './mortal-lives.js';
import { type DeadlyPoint, MortalProcess } from './mortal-process.js';
import { bodyOf } from './numbered-body.mjs';
import { Watchdog } from './watchdog.js';

export interface DelayRunOptions {
  /** Folder of the compiled core. */
  readonly compiled: string;
  /** For the store. */
  readonly folder: string;
  readonly messageCount: number;
  readonly brokerPoints: readonly DeadlyPoint[];
  readonly producerPoints: readonly DeadlyPoint[];
  readonly consumerPoints: readonly DeadlyPoint[];
  /** How long the run may take, ms. */
  readonly limitMs: number;
  /** One message is never told of: a bug that the checkers have to find. */
  readonly forgetsOne?: boolean;
  /** The broker delivers early and recalls nothing: bugs that the checkers have to find. */
  readonly isHasty?: boolean;
}

/** What the consumer tells of a message. */
interface Told {
  readonly key: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly bornTimestamp: number;
  readonly storeTimestamp: number;
  readonly properties: Readonly<Record<string, string | undefined>>;
  /** base64 */
  readonly body: string;
}

const TOPIC = 'delayed';
const BROKER = 'mortal';
const QUEUES = 4;
const LEVELS = 18;
const LEVEL_DELAY_MS = 1000;
const PRECISION_MS = 200;
/** Of so many messages those from that one on are taken back. */
const RECALLED_OF = 8;
const RECALLED_FROM = 6;

/** When a message that waited in the timer may be delivered, as it says itself: in a tick after its own, and by its wish. */
function dueMsOf({ properties, bornTimestamp }: Told): number {
  const { TIMER_OUT_MS: outMs, TIMER_DELIVER_MS: deliverMs, TIMER_DELAY_MS: delayMs, TIMER_DELAY_SEC: delaySec } = properties;
  const wishMs = deliverMs ?? bornTimestamp + Number(delayMs ?? Number(delaySec) * 1000);
  return Math.max(Number(wishMs), outMs === undefined ? 0 : Number(outMs) + PRECISION_MS);
}

/**
 * Messages that wait for a level or for a time of their own, some of them taken back, while broker, producer and consumer are killed again and again.
 * What the consumer tells is what has arrived; a message that was taken back counts as one that was refused.
 */
export class DelayRun {
  readonly history = new History();
  readonly times = new DueTimes();
  /** Messages of which the broker has said that they are taken back. */
  readonly recalled: string[] = [];
  /** The message that `forgetsOne` has chosen. */
  forgotten: string | undefined;
  private readonly lives: MortalLives;
  private readonly nameServer = new NameServer({ config: { listenPort: 0 } });
  private readonly complaints: string[] = [];
  /** By queue: which message stands where. */
  private readonly places = Array.from({ length: QUEUES }, () => new Map<number, string>());
  /** The message behind which its queue holds nothing. */
  private readonly last: string[] = [];
  private readonly stopFile: string;
  private isSendingOver = false;
  private readonly watchdog: Watchdog;

  constructor(private readonly options: DelayRunOptions) {
    const { brokerPoints, producerPoints, consumerPoints } = options;
    this.lives = new MortalLives(brokerPoints.length + producerPoints.length + consumerPoints.length);
    this.stopFile = join(options.folder, 'stop');
    this.watchdog = new Watchdog({ limitMs: options.limitMs, progress: () => this.figures });
  }

  private get figures() {
    const { history, recalled, deaths, missing, isSendingOver } = this;
    return {
      sent: history.sentCount,
      acknowledged: history.countOf('acknowledged'),
      recalled: recalled.length,
      deaths,
      missing,
      isSendingOver,
    };
  }

  /** What else is wrong. */
  get faults(): readonly string[] {
    return [...this.lives.faults, ...this.complaints, ...this.watchdog.faults];
  }

  /** The points at which a process died. */
  get deaths(): readonly string[] {
    return this.lives.deaths;
  }

  /** Resolves when the consumer has told of every place in the queues but `missingMax`. */
  async run(missingMax = 0): Promise<void> {
    const { brokerPoints, producerPoints, consumerPoints, messageCount } = this.options;
    await this.nameServer.start();
    const port = await freeListenPort();
    const auditor = new Auditor(`127.0.0.1:${port}`);
    this.lives.begin(brokerPoints, (deadly) => this.broker(port, deadly));
    try {
      await createTopic(this.nameServer.address, { topic: TOPIC, queues: QUEUES }, () => this.faults.length > 0);
      this.lives.begin(consumerPoints, (deadly) => this.consumer(deadly));
      this.lives.begin(producerPoints, (deadly) => this.producer(deadly));
      await this.until(() => !this.lives.isMortal && this.history.countOf('acknowledged') >= messageCount);
      writeFileSync(this.stopFile, '');
      await this.until(() => this.isSendingOver && this.missing <= missingMax);
      for (let level = 1; level <= LEVELS; level += 1) await this.readLevel(auditor, level);
    } finally {
      this.watchdog.stop();
      await this.lives.end();
      await auditor.close();
      await this.nameServer.stop(0);
    }
  }

  private async until(holds: () => boolean): Promise<void> {
    while (this.faults.length === 0 && !holds()) await pause();
  }

  /** Places of the queues up to their last messages of which nobody has told. */
  private get missing(): number {
    let missing = 0;
    for (const place of this.places) {
      const end = [...place].find(([, key]) => this.last.includes(key))?.[0];
      missing += end === undefined ? Infinity : [...place.keys()].reduce((left, at) => left - (at <= end ? 1 : 0), end + 1);
    }
    return missing;
  }

  private broker(port: number, deadly: DeadlyPoint | undefined): MortalProcess {
    const { compiled: folder, isHasty } = this.options;
    const settings = {
      ...{ listenPort: port, brokerIP1: '127.0.0.1', brokerName: BROKER, namesrvAddr: this.nameServer.address },
      ...{ storePathRootDir: join(this.options.folder, 'store'), messageDelayLevel: Array.from({ length: LEVELS }, () => '1s').join(' ') },
      ...{ flushConsumerOffsetInterval: 200, flushDelayOffsetInterval: 200, timerFlushIntervalMs: 200 },
      ...{ timerPrecisionMs: PRECISION_MS, recallMessageEnable: true },
      // Small, so that every few thousand messages begin a new file.
      ...{ mappedFileSizeCommitLog: 4 * 1024 * 1024, mappedFileSizeConsumeQueue: 20 * 1000, mappedFileSizeTimerLog: 52 * 1000 },
    };
    return new MortalProcess('broker-child.mjs', { folder, settings, deadly, isHasty });
  }

  private producer(deadly: DeadlyPoint | undefined): MortalProcess {
    const { compiled: folder, messageCount } = this.options;
    const { sentCount: first } = this.history;
    const count = messageCount - this.history.countOf('acknowledged');
    const plan = { folder, topic: TOPIC, brokerName: BROKER, queues: QUEUES, first, count, stopFile: this.stopFile, deadly };
    return new MortalProcess('delaying-producer-child.mjs', { ...plan, namesrvAddr: this.nameServer.address }, (line) => this.note(line));
  }

  private note(line: string): void {
    const [event, key = '', fate] = line.split(' ');
    if (event === 'begun') this.history.sent(key, bodyOf(Number(key)));
    if (event === 'settled') this.history.settled(key, fate as Fate);
    if (event === 'recalling') this.history.settled(key, 'unknown');
    if (event === 'recalled') this.history.settled(key, 'failed');
    if (event === 'recalled') this.recalled.push(key);
    if (event === 'kept') this.history.settled(key, 'acknowledged');
    if (event === 'last') this.last.push(key);
    if (event === 'done') this.isSendingOver = true;
  }

  private consumer(deadly: DeadlyPoint | undefined): MortalProcess {
    const { compiled: folder } = this.options;
    const plan = { folder, namesrvAddr: this.nameServer.address, group: 'reporters', topic: TOPIC, deadly };
    return new MortalProcess('reporting-consumer-child.mjs', plan, (line) => this.take(JSON.parse(line) as Told));
  }

  private take(told: Told): void {
    const { key, queueId, queueOffset, storeTimestamp, properties, body } = told;
    if (this.forgets(key)) return;
    this.history.arrived(key, Buffer.from(body, 'base64'));
    this.times.isDelivered(key, storeTimestamp);
    if (properties.DELAY === undefined) this.times.isDue(key, dueMsOf(told));
    const place = this.places[queueId];
    const before = place?.get(queueOffset) ?? key;
    if (before !== key) this.complaints.push(`${before} and ${key} stand at ${queueOffset} of queue ${queueId}`);
    place?.set(queueOffset, key);
  }

  /** Chosen among those that nobody doubts: on a slow machine any send may fail. The last ones tell when the run is over. */
  private forgets(key: string): boolean {
    if (this.options.forgetsOne === true && this.history.fateOf(key) === 'acknowledged' && !this.isLast(key)) this.forgotten ??= key;
    return key === this.forgotten;
  }

  private isLast(key: string): boolean {
    return this.isSendingOver || this.last.includes(key) || Number(key) % RECALLED_OF >= RECALLED_FROM;
  }

  /** Only there it is written when a message began to wait for its level. */
  private readLevel(auditor: Auditor, level: number): Promise<void> {
    return auditor.read({ topic: SCHEDULE_TOPIC, queueId: level - 1 }, 0, (message) => this.takeWaiting(message));
  }

  private takeWaiting({ properties, storeTimestamp }: MessageExt): void {
    this.times.isDue(properties.get('KEYS') ?? '', storeTimestamp + LEVEL_DELAY_MS);
  }
}
