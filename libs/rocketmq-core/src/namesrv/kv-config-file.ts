import { type FileSystem, JsonFile } from '../runtime/index.js';

export type KvContent = ReadonlyMap<string, ReadonlyMap<string, string>>;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function entriesOf(value: unknown, what: string): [string, unknown][] {
  if (!isRecord(value)) throw new Error(`${what} is not an object`);
  return Object.entries(value);
}

function parse(text: string): KvContent {
  const content = new Map<string, Map<string, string>>();
  const { configTable } = Object.fromEntries(entriesOf(JSON.parse(text), 'the text'));
  for (const [namespace, values] of entriesOf(configTable, 'configTable')) {
    const strings = entriesOf(values, namespace).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    content.set(namespace, new Map(strings));
  }
  return content;
}

/** kvConfig.json as Java writes it: `{"configTable":{namespace:{key:value}}}`. */
export class KvConfigFile {
  private readonly file: JsonFile<KvContent>;

  constructor(files: FileSystem, path: string) {
    this.file = new JsonFile({ files, path, parse });
  }

  /** @throws Corruption when neither the file nor its backup can be read */
  load(): KvContent {
    return this.file.load() ?? new Map();
  }

  /** Resolves when it is durable. @throws OperationFailed with reason `io` */
  save(content: KvContent): Promise<void> {
    const configTable = Object.fromEntries([...content].map(([namespace, values]) => [namespace, Object.fromEntries(values)]));
    return this.file.save(JSON.stringify({ configTable }));
  }
}
