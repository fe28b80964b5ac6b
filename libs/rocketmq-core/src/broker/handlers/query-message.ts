import { need, ResponseCode, type QueryMessage } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { IndexType, MessageStore } from '../../store/index.js';
import type { BrokerConfig } from '../config/broker-config.js';

export interface QueryMessageParts {
  readonly store: Pick<MessageStore, 'queryByKey'>;
  readonly settings: Pick<BrokerConfig, 'maxMsgsNumBatch' | 'defaultQueryMaxNum'>;
}

/** `indexType` of the request. As Java: MessageConst.INDEX_*_TYPE. */
const indexTypes: ReadonlyMap<string, IndexType> = new Map([
  ['K', 'key'],
  ['U', 'unique'],
  ['T', 'tag'],
]);

/** The newest messages with a key, an id or tags. As Java: QueryMessageProcessor. */
export function queryMessage({ store, settings }: QueryMessageParts): Handler<typeof QueryMessage> {
  return async ({ header }) => {
    const isUnique = header._UNIQUE_KEY_QUERY === true;
    const { records, indexLastUpdateTimestamp, indexLastUpdatePhysicalOffset } = await store.queryByKey({
      topic: need(header, 'topic'),
      key: need(header, 'key'),
      type: isUnique ? 'unique' : (indexTypes.get(header.indexType ?? '') ?? 'key'),
      maxNum: Math.min(isUnique ? settings.defaultQueryMaxNum : need(header, 'maxNum'), settings.maxMsgsNumBatch),
      beginMs: need(header, 'beginTimestamp'),
      endMs: need(header, 'endTimestamp'),
    });
    const answer = { indexLastUpdateTimestamp, indexLastUpdatePhyoffset: indexLastUpdatePhysicalOffset };
    if (records.length > 0) return { code: ResponseCode.SUCCESS, header: answer, body: Buffer.concat(records) };
    return { code: ResponseCode.QUERY_NOT_FOUND, header: answer, remark: 'can not find message, maybe time range not correct' };
  };
}
