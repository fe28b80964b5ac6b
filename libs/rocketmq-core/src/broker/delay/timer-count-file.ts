import { TimerMetricsSerializeWrapper } from '../../protocol/index.js';
import { JsonFile, type FileSystem } from '../../runtime/index.js';
import type { TimerCounts } from './timer-count-table.js';

/** config/timermetrics. */
export function timerCountFile(files: FileSystem, storeRoot: string): JsonFile<TimerCounts> {
  const parse = (text: string): TimerCounts => {
    const { dataVersion, timingCount: counts } = TimerMetricsSerializeWrapper.decode(text);
    return { dataVersion, counts };
  };
  return new JsonFile({ files, path: `${storeRoot}/config/timermetrics`, parse });
}

export function timerCountText({ dataVersion, counts: timingCount }: TimerCounts): string {
  return TimerMetricsSerializeWrapper.encode({ dataVersion, timingCount }).toString();
}
