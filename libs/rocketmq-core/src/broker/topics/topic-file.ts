import { decodeTopicConfigSerializeWrapper, encodeTopicConfigSerializeWrapper } from '../../protocol/index.js';
import { JsonFile, type FileSystem } from '../../runtime/index.js';
import type { TopicSnapshot } from './topic-table.js';

/** config/topics.json. Attributes that we do not know stay in it. */
export function topicFile(files: FileSystem, storeRoot: string): JsonFile<TopicSnapshot> {
  const parse = (text: string): TopicSnapshot => {
    const { dataVersion, topicConfigTable: topics } = decodeTopicConfigSerializeWrapper(text);
    return { dataVersion, topics };
  };
  return new JsonFile({ files, path: `${storeRoot}/config/topics.json`, parse });
}

export function topicFileText({ dataVersion, topics: topicConfigTable }: TopicSnapshot): string {
  return encodeTopicConfigSerializeWrapper({ dataVersion, topicConfigTable }, { pretty: true }).toString();
}
