import { need, ResponseCode, type GetMaxOffset } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { MessageStore } from '../../store/index.js';

export function getMaxOffset({ store }: { readonly store: Pick<MessageStore, 'maxQueueOffset'> }): Handler<typeof GetMaxOffset> {
  return ({ header }) => {
    const offset = Math.max(0, store.maxQueueOffset(need(header, 'topic'), need(header, 'queueId')));
    return { code: ResponseCode.SUCCESS, header: { offset } };
  };
}
