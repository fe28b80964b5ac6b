import { KVConfigSerializeWrapper } from '../protocol/index.js';
import { type FileSystem, JsonFile } from '../runtime/index.js';

export type KvContent = KVConfigSerializeWrapper['configTable'];

/** kvConfig.json. */
export class KvConfigFile {
  private readonly file: JsonFile<KvContent>;

  constructor(files: FileSystem, path: string) {
    this.file = new JsonFile({ files, path, parse: (text) => KVConfigSerializeWrapper.decode(text).configTable });
  }

  /** @throws Corruption when neither the file nor its backup can be read */
  load(): KvContent {
    return this.file.load() ?? new Map();
  }

  /** Resolves when it is durable. @throws OperationFailed with reason `io` */
  save(configTable: KvContent): Promise<void> {
    return this.file.save(KVConfigSerializeWrapper.encode({ configTable }).toString());
  }
}
