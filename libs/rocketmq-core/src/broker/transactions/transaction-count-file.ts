import { TransactionMetricsSerializeWrapper } from '../../protocol/index.js';
import { JsonFile, type FileSystem } from '../../runtime/index.js';
import type { TopicCounts } from '../saving/topic-count-table.js';

/** config/transactionMetrics.json. */
export function transactionCountFile(files: FileSystem, storeRoot: string): JsonFile<TopicCounts> {
  const parse = (text: string): TopicCounts => {
    const { dataVersion, transactionCount: counts } = TransactionMetricsSerializeWrapper.decode(text);
    return { dataVersion, counts };
  };
  return new JsonFile({ files, path: `${storeRoot}/config/transactionMetrics.json`, parse });
}

export function transactionCountText({ dataVersion, counts: transactionCount }: TopicCounts): string {
  return TransactionMetricsSerializeWrapper.encode({ dataVersion, transactionCount }).toString();
}
