import { need, ResponseCode, type GetMinOffset } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { MessageStore } from '../../store/index.js';

export function getMinOffset({ store }: { readonly store: Pick<MessageStore, 'minQueueOffset'> }): Handler<typeof GetMinOffset> {
  return ({ header }) => {
    const offset = Math.max(0, store.minQueueOffset(need(header, 'topic'), need(header, 'queueId')));
    return { code: ResponseCode.SUCCESS, header: { offset } };
  };
}
