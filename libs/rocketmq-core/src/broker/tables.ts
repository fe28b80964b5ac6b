import type { Clock, FileSystem, Logger } from '../runtime/index.js';
import type { BrokerConfig } from './config/broker-config.js';
import { groupFile, groupFileText } from './groups/group-file.js';
import { GroupTable } from './groups/group-table.js';
import { offsetFile, offsetFileText } from './offsets/offset-file.js';
import { OffsetTable } from './offsets/offset-table.js';
import { TableSaver } from './saving/table-saver.js';
import { systemTopicsOf } from './topics/system-topics.js';
import { topicFile, topicFileText } from './topics/topic-file.js';
import { TopicTable, type TopicTableOptions } from './topics/topic-table.js';

export interface SavedTablesOptions {
  readonly config: BrokerConfig;
  /** Folder of the store. */
  readonly root: string;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of topics that changed, after they were handed to the saver. */
  readonly onTopicsChanged: TopicTableOptions['onChange'];
}

/** The tables that outlive a restart, each with its file and the saver between them. */
export class SavedTables {
  readonly topics: TopicTable;
  readonly groups: GroupTable;
  readonly offsets: OffsetTable;
  readonly topicSaver: TableSaver;
  readonly groupSaver: TableSaver;
  readonly offsetSaver: TableSaver;
  private readonly files: {
    readonly topics: ReturnType<typeof topicFile>;
    readonly groups: ReturnType<typeof groupFile>;
    readonly offsets: ReturnType<typeof offsetFile>;
  };

  constructor(private readonly options: SavedTablesOptions) {
    const { config, root, files, clock, logger, onTopicsChanged } = options;
    const now = () => clock.now();
    this.files = { topics: topicFile(files, root), groups: groupFile(files, root), offsets: offsetFile(files, root) };
    this.topics = new TopicTable({
      now,
      onChange: (changed) => {
        this.topicSaver.saveSoon();
        onTopicsChanged(changed);
      },
    });
    this.groups = new GroupTable({ now, settings: config, onChange: () => this.groupSaver.saveSoon() });
    this.offsets = new OffsetTable(now);
    this.topicSaver = new TableSaver({
      name: 'topics.json',
      file: this.files.topics,
      logger,
      text: () => topicFileText(this.topics.snapshot()),
    });
    this.groupSaver = new TableSaver({
      name: 'subscriptionGroup.json',
      file: this.files.groups,
      logger,
      text: () => groupFileText(this.groups.snapshot()),
    });
    this.offsetSaver = new TableSaver({
      name: 'consumerOffset.json',
      file: this.files.offsets,
      logger,
      text: () => offsetFileText(this.offsets.snapshot()),
    });
  }

  /** @throws Corruption when a file and its backup cannot be read: an empty table would replace what may still be rescued */
  load(): void {
    const { config, logger } = this.options;
    this.topics.addSystemTopics(systemTopicsOf(config));
    const topics = this.files.topics.load();
    const groups = this.files.groups.load();
    const offsets = this.files.offsets.load();
    const refused = [...(topics ? this.topics.restore(topics) : []), ...(groups ? this.groups.restore(groups) : [])];
    if (refused.length > 0) logger.log('warn', 'topics and groups with impossible names were left out', { names: refused.slice(0, 20) });
    if (offsets) this.offsets.restore(offsets);
  }

  /** Resolves when every change so far is on disk, or failed to get there. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.topicSaver.settled(), this.groupSaver.settled(), this.offsetSaver.settled()]);
  }
}
