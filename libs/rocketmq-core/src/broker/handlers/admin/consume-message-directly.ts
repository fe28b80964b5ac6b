import { RequestRejected } from '../../../base/index.js';
import { ConsumeMessageDirectly, need, parseOffsetMessageId, ResponseCode } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { ClientRelay } from '../../clients/client-relay.js';
import type { GroupTable } from '../../groups/group-table.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface ConsumeMessageDirectlyOptions {
  readonly relay: ClientRelay;
  readonly store: Pick<MessageStore, 'recordAt'>;
  readonly topics: TopicTable;
  readonly groups: GroupTable;
  readonly brokerName: string;
}

/** Has a consumer deliver one stored message to its listener now, and passes the listener's verdict back. No offset moves. */
export function consumeMessageDirectly(options: ConsumeMessageDirectlyOptions): Handler<typeof ConsumeMessageDirectly> {
  const { relay, store, topics, groups, brokerName } = options;
  return ({ header, ext }) => {
    const consumerGroup = need(header, 'consumerGroup');
    const clientId = header.clientId ?? '';
    const msgId = header.msgId ?? '';
    const body = recordOf(msgId, store);
    const topicSysFlag = header.topic === undefined ? undefined : topics.find(header.topic)?.topicSysFlag;
    const groupSysFlag = groups.find(consumerGroup)?.groupSysFlag;
    const passedOn = {
      ...{ consumerGroup, clientId, msgId, brokerName },
      ...(header.topic !== undefined && { topic: header.topic }),
      ...(topicSysFlag !== undefined && { topicSysFlag }),
      ...(groupSysFlag !== undefined && { groupSysFlag }),
    };
    return relay.relay({ group: consumerGroup, clientId, command: ConsumeMessageDirectly, header: passedOn, options: { ext, body } });
  };
}

function recordOf(messageId: string, store: Pick<MessageStore, 'recordAt'>): Buffer {
  const parsed = parseOffsetMessageId(messageId);
  const record = parsed && store.recordAt(parsed.physicalOffset);
  if (record === undefined) throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `no message has the id ${messageId}`);
  return record;
}
