import { need, ResponseCode, type SearchOffsetByTimestamp } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { MessageStore } from '../../store/index.js';

/** LOWER: the first offset stored at or after the time. UPPER: the last one stored at or before it. */
export function searchOffsetByTimestamp({
  store,
}: {
  readonly store: Pick<MessageStore, 'queueOffsetByTime'>;
}): Handler<typeof SearchOffsetByTimestamp> {
  return ({ header }) => {
    const boundary = header.boundaryType?.toUpperCase() === 'UPPER' ? 'UPPER' : 'LOWER';
    const offset = store.queueOffsetByTime(need(header, 'topic'), need(header, 'queueId'), need(header, 'timestamp'), boundary);
    return { code: ResponseCode.SUCCESS, header: { offset } };
  };
}
