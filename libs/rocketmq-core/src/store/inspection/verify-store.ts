import { messageOf } from '../../base/index.js';
import { ConsumerOffsetSerializeWrapper, TopicConfigSerializeWrapper } from '../../protocol/index.js';
import type { FileSystem } from '../../runtime/index.js';
import { CHECKPOINT_SIZE, decodeCheckpoint } from '../checkpoint/checkpoint-file.js';
import type { IndexSizes } from '../index-file/index-layout.js';
import { configReader } from './config-text.js';
import { FileReader } from './file-reader.js';
import type { Finding, Report } from './finding.js';
import { IndexCheck } from './index-check.js';
import { indexViews } from './index-view.js';
import { LogView } from './log-view.js';
import { QueueCheck, queueViews } from './queue-check.js';
import { RowView } from './row-view.js';
import { checkTimer } from './timer-check.js';

export interface VerifyOptions {
  readonly files: FileSystem;
  /** Folder of the store. */
  readonly root: string;
  /** Folder of its commit log; default `commitlog` in the root. */
  readonly commitLog?: string | undefined;
  /** Sizes of the index files: `maxHashSlotNum` and `maxIndexNum`. */
  readonly indexSizes: IndexSizes;
  /** `timerPrecisionMs`. */
  readonly timerPrecisionMs: number;
  /** Called for everything that does not fit. */
  readonly onFinding: (finding: Finding) => void;
}

export interface VerifyResult {
  readonly findings: number;
  /** What was looked at. */
  readonly records: number;
  readonly queueEntries: number;
  readonly indexEntries: number;
  readonly timerUnits: number;
  /** Physical offsets. */
  readonly logBegin: number;
  readonly logEnd: number;
}

/**
 * Compares everything in a store that nobody has open with everything else in it: records with their checksums, queues and index with the log, the
 * timer, checkpoints, the texts below `config/`. Changes nothing. Ours or Apache's.
 * @throws OperationFailed `io`
 */
export function verifyStore(options: VerifyOptions): VerifyResult {
  const reader = new FileReader(options.files);
  try {
    return new Verification(options, reader).run();
  } finally {
    reader.close();
  }
}

class Verification {
  private findings = 0;
  private readonly report: Report = (file, offset, problem) => {
    this.findings += 1;
    this.options.onFinding({ file, offset, problem });
  };

  constructor(
    private readonly options: VerifyOptions,
    private readonly reader: FileReader,
  ) {}

  run(): VerifyResult {
    const { reader, report, options } = this;
    const { root, files } = options;
    if (files.existsSync(`${root}/abort`)) report(`${root}/abort`, 0, 'the broker runs, or did not end well: start it and stop it before');
    const topics = this.topics();
    const log = new LogView(new RowView(reader, options.commitLog ?? `${root}/commitlog`, report), report);
    const views = queueViews(reader, `${root}/consumequeue`, report);
    const queues = new QueueCheck(views, log, report, (topic) => topics?.has(topic) ?? true);
    const index = new IndexCheck(indexViews(reader, `${root}/index`, options.indexSizes), log.row.begin, report);
    let records = 0;
    for (const record of log.records()) {
      records += 1;
      queues.visit(record);
      index.visit(record);
    }
    queues.checkEntries();
    index.finish();
    const timerUnits = checkTimer({ reader, root, log, precisionMs: options.timerPrecisionMs, report });
    this.checkCheckpoint(log);
    this.checkConfig(queues);
    return {
      ...{ findings: this.findings, records, queueEntries: queues.entries, indexEntries: index.entries, timerUnits },
      ...{ logBegin: log.row.begin, logEnd: log.end },
    };
  }

  /** Topics that the store has; undefined when nothing says so. */
  private topics(): ReadonlySet<string> | undefined {
    const text = this.options.files.readFileSync(`${this.options.root}/config/topics.json`)?.toString('utf8');
    if (text === undefined) return undefined;
    try {
      return new Set(TopicConfigSerializeWrapper.decode(text).topicConfigTable.keys());
    } catch {
      // Reported where all of the texts are read.
      return undefined;
    }
  }

  private checkCheckpoint(log: LogView): void {
    const path = `${this.options.root}/checkpoint`;
    if (!this.options.files.existsSync(path)) return;
    const size = this.reader.sizeOf(path);
    if (size !== CHECKPOINT_SIZE) this.report(path, size, `the checkpoint has ${size} bytes, not ${CHECKPOINT_SIZE}`);
    const { logicsPhysicalOffset, logicsMsgTimestamp, physicMsgTimestamp } = decodeCheckpoint(this.reader.read(path, 0, CHECKPOINT_SIZE));
    if (logicsPhysicalOffset > 0 && logicsPhysicalOffset >= log.end)
      this.report(path, 40, `it vouches for the message at ${logicsPhysicalOffset} of the log, which ends at ${log.end}`);
    if (log.storeTimeMax === 0) return;
    const times = [
      [0, physicMsgTimestamp],
      [8, logicsMsgTimestamp],
    ] as const;
    for (const [at, time] of times) {
      if (time > log.storeTimeMax) this.report(path, at, `it knows a message of ${time}, the latest was stored at ${log.storeTimeMax}`);
    }
  }

  private checkConfig(queues: QueueCheck): void {
    const folder = `${this.options.root}/config`;
    for (const name of this.options.files.listSync(folder)) {
      const read = configReader(name);
      const text = read && this.options.files.readFileSync(`${folder}/${name}`)?.toString('utf8');
      if (read === undefined || text === undefined) continue;
      try {
        read(text);
        if (name === 'consumerOffset.json') this.checkOffsets(`${folder}/${name}`, text, queues);
      } catch (error) {
        this.report(`${folder}/${name}`, 0, `not readable: ${messageOf(error)}`);
      }
    }
  }

  private checkOffsets(path: string, text: string, queues: QueueCheck): void {
    for (const [key, offsets] of ConsumerOffsetSerializeWrapper.decode(text).offsetTable) {
      for (const [queueId, offset] of offsets) {
        const end = queues.endOf(key.slice(0, key.lastIndexOf('@')), queueId);
        if (end !== undefined && offset > end)
          this.report(path, text.indexOf(key), `${key} has consumed queue ${queueId} up to ${offset}, it ends at ${end}`);
      }
    }
  }
}
