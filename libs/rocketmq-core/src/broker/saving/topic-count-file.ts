import { TimerMetricsSerializeWrapper, TransactionMetricsSerializeWrapper } from '../../protocol/index.js';
import { JsonFile, type FileSystem } from '../../runtime/index.js';
import type { TopicCounts } from './topic-count-table.js';

/** A file of counts by topic: its name under config, and its text. */
export interface CountForm {
  readonly name: string;
  readonly decode: (text: string) => TopicCounts;
  readonly encode: (counts: TopicCounts) => string;
}

/** Messages that wait in the timer. */
export const timerCounts: CountForm = {
  name: 'timermetrics',
  decode(text) {
    const { dataVersion, timingCount: counts } = TimerMetricsSerializeWrapper.decode(text);
    return { dataVersion, counts };
  },
  encode: ({ dataVersion, counts: timingCount }) => TimerMetricsSerializeWrapper.encode({ dataVersion, timingCount }).toString(),
};

/** Open transactions. */
export const transactionCounts: CountForm = {
  name: 'transactionMetrics.json',
  decode(text) {
    const { dataVersion, transactionCount: counts } = TransactionMetricsSerializeWrapper.decode(text);
    return { dataVersion, counts };
  },
  encode: ({ dataVersion, counts: transactionCount }) =>
    TransactionMetricsSerializeWrapper.encode({ dataVersion, transactionCount }).toString(),
};

export const topicCountFile = (files: FileSystem, storeRoot: string, { name, decode }: CountForm): JsonFile<TopicCounts> =>
  new JsonFile({ files, path: `${storeRoot}/config/${name}`, parse: decode });
