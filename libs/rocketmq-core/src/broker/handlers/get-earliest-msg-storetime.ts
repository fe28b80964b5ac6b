import { need, ResponseCode, type GetEarliestMsgStoretime } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { MessageStore } from '../../store/index.js';

/** -1 when the queue is empty. */
export function getEarliestMsgStoretime({
  store,
}: {
  readonly store: Pick<MessageStore, 'earliestStoreTime'>;
}): Handler<typeof GetEarliestMsgStoretime> {
  return ({ header }) => {
    const timestamp = store.earliestStoreTime(need(header, 'topic'), need(header, 'queueId'));
    return { code: ResponseCode.SUCCESS, header: { timestamp } };
  };
}
