import { SqlFilterTable } from '../../filter/index.js';
import type { Clock, FileSystem, Logger } from '../../runtime/index.js';
import { PersistLoop } from '../offsets/persist-loop.js';
import { TableSaver } from '../saving/table-saver.js';
import { filterFile, filterFileText } from './filter-file.js';
import { FilterTable, type FilterTableOptions } from './filter-table.js';

export interface FilteringOptions {
  readonly settings: FilterTableOptions['settings'];
  /** Folder of the store. */
  readonly root: string;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** As Java: BrokerController persists its consumerFilterManager this often. */
const SAVE_PERIOD_MS = 10_000;

/** Filters by expression: the compiled expressions, who filters by which, and the file of that. */
export class Filtering {
  readonly expressions = new SqlFilterTable();
  readonly filters: FilterTable;
  private readonly file: ReturnType<typeof filterFile>;
  private readonly saving: PersistLoop;

  constructor(private readonly options: FilteringOptions) {
    const { settings, root, files, clock, logger } = options;
    this.filters = new FilterTable({ expressions: this.expressions, now: () => clock.now(), settings });
    this.file = filterFile(files, root);
    const saver = new TableSaver({
      name: 'consumerFilter.json',
      file: this.file,
      logger,
      text: () => filterFileText(this.filters.snapshot()),
    });
    this.saving = new PersistLoop({ name: 'consumer filters', table: this.filters, saver, clock, logger, periodMs: SAVE_PERIOD_MS });
  }

  /** @throws Corruption when the file and its backup cannot be read */
  start(): void {
    const { logger } = this.options;
    const saved = this.file.load();
    const refused = saved === undefined ? 0 : this.filters.restore(saved);
    if (refused > 0) logger.log('warn', 'consumerFilter.json: expressions that cannot be used were left out', { count: refused });
    this.saving.start();
  }

  stop(): Promise<void> {
    return this.saving.stop();
  }
}
