import { TimerMetricsSerializeWrapper } from '../../protocol/index.js';
import { JsonFile, type FileSystem } from '../../runtime/index.js';
import type { TopicCounts } from '../saving/topic-count-table.js';

/** config/timermetrics. */
export function timerCountFile(files: FileSystem, storeRoot: string): JsonFile<TopicCounts> {
  const parse = (text: string): TopicCounts => {
    const { dataVersion, timingCount: counts } = TimerMetricsSerializeWrapper.decode(text);
    return { dataVersion, counts };
  };
  return new JsonFile({ files, path: `${storeRoot}/config/timermetrics`, parse });
}

export function timerCountText({ dataVersion, counts: timingCount }: TopicCounts): string {
  return TimerMetricsSerializeWrapper.encode({ dataVersion, timingCount }).toString();
}
