import {
  decodeRecord,
  need,
  PropertyName,
  ResponseCode,
  SCHEDULE_TOPIC,
  TIMER_TOPIC,
  TRANS_CHECK_MAX_TIME_TOPIC,
  TRANS_HALF_TOPIC,
  type ViewMessageById,
} from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { MessageStore } from '../../store/index.js';

/** Records of these topics belong to the topic that their properties name. */
const relayTopics: ReadonlySet<string> = new Set([SCHEDULE_TOPIC, TIMER_TOPIC, TRANS_HALF_TOPIC, TRANS_CHECK_MAX_TIME_TOPIC]);

/** The record at a physical offset. A topic that is named must be the record's: an id alone opens no other topic. As Java: QueryMessageProcessor (5.5.1). */
export function viewMessageById({ store }: { readonly store: Pick<MessageStore, 'findRecord'> }): Handler<typeof ViewMessageById> {
  return async ({ header }) => {
    const offset = need(header, 'offset');
    const record = offset < 0 ? undefined : await store.findRecord(offset);
    if (record === undefined) return { code: ResponseCode.SYSTEM_ERROR, remark: `can not find message by the offset, ${offset}` };
    const { topic } = header;
    if (topic !== undefined && topic.trim() !== '' && !belongsTo(record, topic)) {
      return { code: ResponseCode.NO_PERMISSION, remark: 'The topic does not match the message' };
    }
    return { code: ResponseCode.SUCCESS, body: record };
  };
}

function belongsTo(record: Buffer, topic: string): boolean {
  const message = decodeRecord(record);
  if (message.topic === topic) return true;
  return relayTopics.has(message.topic) && message.properties.get(PropertyName.REAL_TOPIC) === topic;
}
