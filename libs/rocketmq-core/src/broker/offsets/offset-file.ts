import { decodeConsumerOffsetSerializeWrapper, encodeConsumerOffsetSerializeWrapper, initialDataVersion } from '../../protocol/index.js';
import { JsonFile, type FileSystem } from '../../runtime/index.js';
import type { OffsetSnapshot } from './offset-table.js';

/** config/consumerOffset.json. */
export function offsetFile(files: FileSystem, storeRoot: string): JsonFile<OffsetSnapshot> {
  const parse = (text: string): OffsetSnapshot => {
    // Releases before 5.0 wrote no version.
    const { dataVersion = initialDataVersion, offsetTable: offsets } = decodeConsumerOffsetSerializeWrapper(text);
    return { dataVersion, offsets };
  };
  return new JsonFile({ files, path: `${storeRoot}/config/consumerOffset.json`, parse });
}

export function offsetFileText({ dataVersion, offsets: offsetTable }: OffsetSnapshot, pretty = true): string {
  return encodeConsumerOffsetSerializeWrapper({ dataVersion, offsetTable }, { pretty }).toString();
}
