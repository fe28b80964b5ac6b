import { ResponseCode, type DeleteExpiredCommitlog } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { MessageStore } from '../../../store/index.js';

/** Answered before the files are gone. As Java: DefaultMessageStore.executeDeleteFilesManually. */
export function deleteExpiredCommitlog({
  store,
}: {
  readonly store: Pick<MessageStore, 'expireNow'>;
}): Handler<typeof DeleteExpiredCommitlog> {
  return () => {
    store.expireNow();
    return { code: ResponseCode.SUCCESS };
  };
}
