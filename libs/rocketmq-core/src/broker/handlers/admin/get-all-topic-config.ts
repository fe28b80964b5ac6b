import {
  encodeTopicConfigAndMappingSerializeWrapper,
  initialDataVersion,
  ResponseCode,
  type GetAllTopicConfig,
} from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { TopicTable } from '../../topics/topic-table.js';
import { pageOf } from './page.js';

export interface PagedTableSettings {
  readonly enableSplitMetadata: boolean;
  readonly splitMetadataSize: number;
}

export interface GetAllTopicConfigOptions {
  readonly topics: TopicTable;
  /** Read at every use: they may change while the broker runs. */
  readonly settings: PagedTableSettings;
}

export function getAllTopicConfig({ topics, settings }: GetAllTopicConfigOptions): Handler<typeof GetAllTopicConfig> {
  return ({ header }) => {
    const { dataVersion, topics: table } = topics.snapshot();
    const request = { seq: header.topicSeq, max: header.maxTopicNum, dataVersion: header.dataVersion };
    const { enableSplitMetadata: enabled, splitMetadataSize: sizeMax } = settings;
    const body = encodeTopicConfigAndMappingSerializeWrapper({
      dataVersion,
      mappingDataVersion: initialDataVersion,
      topicConfigTable: pageOf(table, request, { enabled, sizeMax, current: dataVersion }),
      topicQueueMappingDetailMap: new Map(),
      topicQueueMappingInfoMap: new Map(),
    });
    return { code: ResponseCode.SUCCESS, header: { totalTopicNum: table.size }, body };
  };
}
