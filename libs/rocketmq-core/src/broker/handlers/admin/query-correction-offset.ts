import { encodeQueryCorrectionOffsetBody, need, ResponseCode, type QueryCorrectionOffset } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { OffsetTable } from '../../offsets/offset-table.js';

export interface QueryCorrectionOffsetOptions {
  readonly offsets: OffsetTable;
  readonly store: Pick<MessageStore, 'minQueueOffset'>;
}

/** "Nothing to correct": Java's Long.MAX_VALUE, which saturates here as every number of a body does. */
const NOTHING = Number.MAX_SAFE_INTEGER;

/**
 * The smallest offset of any group in each queue, unless `compareGroup` is behind it. Groups in `filterGroups` do not count. As Java:
 * AdminBrokerProcessor.queryCorrectionOffset, which deletes the offsets of the groups that it is asked to leave out.
 */
export function queryCorrectionOffset({ offsets, store }: QueryCorrectionOffsetOptions): Handler<typeof QueryCorrectionOffset> {
  return ({ header }) => {
    const topic = need(header, 'topic');
    const leftOut = new Set((header.filterGroups ?? '').split(',').filter((group) => group !== ''));
    const correctionOffsets = new Map<number, number>();
    for (const group of offsets.groupsOf(topic)) {
      if (leftOut.has(group)) continue;
      for (const [queueId, offset] of offsets.ofTopic(group, topic) ?? []) {
        if (offset < store.minQueueOffset(topic, queueId)) continue;
        correctionOffsets.set(queueId, Math.min(offset, correctionOffsets.get(queueId) ?? offset));
      }
    }
    for (const [queueId, offset] of offsets.ofTopic(need(header, 'compareGroup'), topic) ?? []) {
      const smallest = correctionOffsets.get(queueId);
      if (smallest === undefined || smallest > offset) correctionOffsets.set(queueId, NOTHING);
    }
    return { code: ResponseCode.SUCCESS, body: encodeQueryCorrectionOffsetBody({ correctionOffsets }) };
  };
}
