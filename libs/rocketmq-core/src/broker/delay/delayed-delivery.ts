import { parseDelayLevels } from '../../protocol/index.js';
import type { Clock, FileSystem, JsonFile, Logger } from '../../runtime/index.js';
import type { MessageStore } from '../../store/index.js';
import type { BrokerConfig } from '../config/broker-config.js';
import { PersistLoop } from '../offsets/persist-loop.js';
import { TableSaver } from '../saving/table-saver.js';
import type { StatsTable } from '../stats/stats-table.js';
import type { MessageWriter, Redirect } from '../writing/message-writer.js';
import type { QueueReader } from '../writing/queue-reader.js';
import { levelFile, levelFileText } from './level-file.js';
import { LevelLoop } from './level-loop.js';
import { levelRedirect } from './level-redirect.js';
import { timerRedirect } from './timer-redirect.js';
import { LevelTable, type LevelSnapshot } from './level-table.js';

export interface DelayedDeliveryOptions {
  readonly config: BrokerConfig;
  /** Folder of the store. */
  readonly root: string;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly store: MessageStore;
  readonly reader: QueueReader;
  readonly writer: Pick<MessageWriter, 'append'>;
  readonly stats: StatsTable;
}

/** Everything that makes messages wait, joined: delay levels and the timer. */
export class DelayedDelivery {
  readonly levels: LevelTable;
  private readonly levelFile: JsonFile<LevelSnapshot>;
  private readonly saving: PersistLoop;
  private readonly loop: LevelLoop;

  constructor(private readonly options: DelayedDeliveryOptions) {
    const { config, root, files, clock, logger, store } = options;
    this.levels = new LevelTable(() => clock.now());
    this.levelFile = levelFile(files, root);
    let text = '';
    // The text is made before the flush: what is delivered meanwhile is in neither.
    const beforeSave = () => {
      text = levelFileText(this.levels.snapshot());
      return store.flush();
    };
    const saver = new TableSaver({ name: 'delayOffset.json', file: this.levelFile, logger, text: () => text });
    const periodMs = config.flushDelayOffsetInterval;
    this.saving = new PersistLoop({ name: 'delay offsets', table: this.levels, beforeSave, saver, clock, logger, periodMs });
    this.loop = new LevelLoop({ ...options, levels: this.levels, delaysMs: parseDelayLevels(config.messageDelayLevel) });
  }

  /** In this order: of two wishes for a delay the level wins. */
  redirects(): readonly Redirect[] {
    const { config, clock } = this.options;
    const settings = { ...config, timerWheelEnable: false };
    const timer = timerRedirect({ now: () => clock.now(), settings, isCongested: () => false });
    return [levelRedirect(parseDelayLevels(config.messageDelayLevel).length), timer];
  }

  /** delayOffset.json as it would be saved now. */
  levelText(): string {
    return levelFileText(this.levels.snapshot(), false);
  }

  /** @throws Corruption when delayOffset.json and its backup cannot be read: from 0 on everything would be delivered again */
  start(): void {
    const saved = this.levelFile.load();
    if (saved !== undefined) this.levels.restore(saved);
    this.saving.start();
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    await this.saving.stop();
  }
}
