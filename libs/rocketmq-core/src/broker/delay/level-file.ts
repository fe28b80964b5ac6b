import { DelayOffsetSerializeWrapper, initialDataVersion } from '../../protocol/index.js';
import { JsonFile, type FileSystem } from '../../runtime/index.js';
import type { LevelSnapshot } from './level-table.js';

/** config/delayOffset.json. */
export function levelFile(files: FileSystem, storeRoot: string): JsonFile<LevelSnapshot> {
  const parse = (text: string): LevelSnapshot => {
    // Releases before 5.0 wrote no version.
    const { dataVersion = initialDataVersion, offsetTable: offsets } = DelayOffsetSerializeWrapper.decode(text);
    return { dataVersion, offsets };
  };
  return new JsonFile({ files, path: `${storeRoot}/config/delayOffset.json`, parse });
}

export function levelFileText({ dataVersion, offsets: offsetTable }: LevelSnapshot, pretty = true): string {
  return DelayOffsetSerializeWrapper.encode({ dataVersion, offsetTable }, { pretty }).toString();
}
