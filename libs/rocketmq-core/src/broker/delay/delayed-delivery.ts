import { parseDelayLevels, SCHEDULE_TOPIC } from '../../protocol/index.js';
import type { Clock, FileSystem, JsonFile, Logger, Random } from '../../runtime/index.js';
import { encodeTimerCheckpoint, TimerFiles, type MessageStore } from '../../store/index.js';
import type { BrokerConfig } from '../config/broker-config.js';
import { PersistLoop } from '../offsets/persist-loop.js';
import { TableSaver } from '../saving/table-saver.js';
import type { StatsTable } from '../stats/stats-table.js';
import type { MessageWriter, Redirect } from '../writing/message-writer.js';
import type { QueueReader } from '../writing/queue-reader.js';
import { congestion } from './congestion.js';
import { levelFile, levelFileText } from './level-file.js';
import { LevelLoop } from './level-loop.js';
import { levelRedirect, queueOfLevel } from './level-redirect.js';
import { LevelTable, type LevelSnapshot } from './level-table.js';
import { CountLoop } from '../saving/count-loop.js';
import { timerCounts } from '../saving/topic-count-file.js';
import { TopicCountTable } from '../saving/topic-count-table.js';
import { TimerLoop } from './timer-loop.js';
import { timerRedirect } from './timer-redirect.js';

export interface DelayedDeliveryOptions {
  readonly config: BrokerConfig;
  /** Folder of the store. */
  readonly root: string;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: Random;
  readonly store: MessageStore;
  readonly reader: QueueReader;
  readonly writer: Pick<MessageWriter, 'append'>;
  readonly stats: StatsTable;
}

/** Everything that makes messages wait, joined: delay levels and the timer. */
export class DelayedDelivery {
  readonly levels: LevelTable;
  readonly timerCounts: TopicCountTable;
  private readonly delaysMs: readonly number[];
  private readonly levelFile: JsonFile<LevelSnapshot>;
  private readonly levelSaving: PersistLoop;
  private readonly countSaving: CountLoop;
  private readonly levelLoop: LevelLoop;
  private readonly timerFiles: TimerFiles;
  private readonly timer: TimerLoop | undefined;

  constructor(private readonly options: DelayedDeliveryOptions) {
    const { config, root, files, clock, logger } = options;
    this.levels = new LevelTable(() => clock.now());
    this.timerCounts = new TopicCountTable(() => clock.now());
    this.delaysMs = parseDelayLevels(config.messageDelayLevel);
    this.levelFile = levelFile(files, root);
    this.levelSaving = this.savingOfLevels();
    this.countSaving = new CountLoop({
      ...{ counts: this.timerCounts, form: timerCounts, files, root, clock, logger },
      periodMs: config.timerFlushIntervalMs,
    });
    this.levelLoop = new LevelLoop({ ...options, levels: this.levels, delaysMs: this.delaysMs });
    const { timerPrecisionMs: precisionMs, mappedFileSizeTimerLog: logFileSize, timerRollWindowSlot: rollWindowSlots } = config;
    this.timerFiles = new TimerFiles({ files, logger, root, precisionMs, logFileSize, rollWindowSlots });
    const timer = {
      ...options,
      files: this.timerFiles,
      counts: this.timerCounts,
      precisionMs,
      flushIntervalMs: config.timerFlushIntervalMs,
    };
    this.timer = config.timerWheelEnable ? new TimerLoop(timer) : undefined;
  }

  private savingOfLevels(): PersistLoop {
    const { store, clock, logger, config } = this.options;
    let text = '';
    // The text is made before the flush: what is delivered meanwhile is in neither.
    const beforeSave = () => {
      text = levelFileText(this.levels.snapshot());
      return store.flush();
    };
    const saver = new TableSaver({ name: 'delayOffset.json', file: this.levelFile, logger, text: () => text });
    const periodMs = config.flushDelayOffsetInterval;
    return new PersistLoop({ name: 'delay offsets', table: this.levels, beforeSave, saver, clock, logger, periodMs });
  }

  /** In this order: of two wishes for a delay the level wins. */
  redirects(): readonly Redirect[] {
    const { config, clock, random } = this.options;
    const isCongested = congestion({ settings: config, random, countAt: (timeMs) => this.timerFiles.countAt(timeMs) });
    return [levelRedirect(this.delaysMs.length), timerRedirect({ now: () => clock.now(), settings: config, isCongested })];
  }

  /** delayOffset.json as it would be saved now. */
  levelText(): string {
    return levelFileText(this.levels.snapshot(), false);
  }

  /** timermetrics as it would be saved now. */
  timerCountText(): string {
    return timerCounts.encode(this.timerCounts.snapshot());
  }

  /** The fields of timercheck; undefined without a timer. */
  timerCheckpoint(): Buffer | undefined {
    const { timer } = this;
    if (timer === undefined) return undefined;
    const progress = { readTimeMs: timer.dequeue.readTimeMs, queueOffset: timer.enqueue.queueOffset };
    return encodeTimerCheckpoint(this.timerFiles.checkpointOf(progress, this.options.clock.now()));
  }

  /** What mqadmin shows of it. As Java: ScheduleMessageService.buildRunningStats, AdminBrokerProcessor.prepareRuntimeInfo. */
  runtimeRows(): (readonly [name: string, value: string])[] {
    const { timer, levels } = this;
    const { store } = this.options;
    const levelRows = [...levels.snapshot().offsets].map(([level, queueOffset]): [string, string] => {
      return [`scheduleMessageOffset_${level}`, `${queueOffset},${store.maxQueueOffset(SCHEDULE_TOPIC, queueOfLevel(level))}`];
    });
    return [
      ...levelRows,
      ['timerReadBehind', String(Math.floor((timer?.readBehindMs ?? 0) / 1000))],
      ['timerOffsetBehind', String(timer?.enqueue.behind ?? 0)],
      ['timerCongestNum', String(Math.max(0, this.timerFiles.waitingCount))],
      ['timerEnqueueTps', String((timer?.enqueuePerSecond() ?? 0).toFixed(1))],
      ['timerDequeueTps', String((timer?.dequeuePerSecond() ?? 0).toFixed(1))],
    ];
  }

  /** @throws Corruption when the table of levels and its backup cannot be read: from 0 on everything would be delivered again */
  start(): void {
    const levels = this.levelFile.load();
    if (levels !== undefined) this.levels.restore(levels);
    this.levelSaving.start();
    this.countSaving.start();
    this.levelLoop.start();
    this.timer?.start();
  }

  async stop(): Promise<void> {
    await this.levelLoop.stop();
    await this.timer?.stop();
    await this.levelSaving.stop();
    await this.countSaving.stop();
  }
}
