import { ConsumerFilterTable } from '../../protocol/index.js';
import { JsonFile, type FileSystem } from '../../runtime/index.js';

/** config/consumerFilter.json. */
export function filterFile(files: FileSystem, storeRoot: string): JsonFile<ConsumerFilterTable> {
  return new JsonFile({
    files,
    path: `${storeRoot}/config/consumerFilter.json`,
    parse: (text): ConsumerFilterTable => ConsumerFilterTable.decode(text),
  });
}

export const filterFileText = (table: ConsumerFilterTable): string => ConsumerFilterTable.encode(table, { pretty: true }).toString();
