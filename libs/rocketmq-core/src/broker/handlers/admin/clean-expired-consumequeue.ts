import { ResponseCode, type CleanExpiredConsumequeue } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { MessageStore } from '../../../store/index.js';

/** As Java: DefaultMessageStore.cleanExpiredConsumerQueue, which also forgets at which offset a queue goes on when all of it has expired. */
export function cleanExpiredConsumequeue({
  store,
}: {
  readonly store: Pick<MessageStore, 'cleanExpiredQueues'>;
}): Handler<typeof CleanExpiredConsumequeue> {
  return () => {
    store.cleanExpiredQueues();
    return { code: ResponseCode.SUCCESS };
  };
}
