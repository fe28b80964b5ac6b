import { TRANS_OP_HALF_TOPIC, type MessageExt } from '../../protocol/index.js';
import type { QueueReader } from '../writing/queue-reader.js';
import { HALF_QUEUE } from './half-message.js';
import { opOffsets } from './op-message.js';

/** As Java: TransactionalMessageServiceImpl.OP_MSG_PULL_NUMS. */
const READ_MAX = 32;

interface OpMessage {
  /** Where the next op message lies. */
  readonly nextOpOffset: number;
  /** The largest offset that it names, -1 without any. */
  readonly lastHalf: number;
}

/** What the op messages from one on say. */
export interface Ops {
  /** Halves that are done with. */
  readonly done: ReadonlySet<number>;
  /** The first op message that is still of use when every half below `halfOffset` is done with. */
  readonly neededFrom: (halfOffset: number) => number;
}

/** Reads every op message from `opOffset` on: a half is judged only after all that is said of it was read. */
export async function readOps(reader: Pick<QueueReader, 'read'>, opOffset: number): Promise<Ops> {
  const done = new Set<number>();
  const messages: OpMessage[] = [];
  const note = (message: MessageExt) => {
    const offsets = opOffsets(message);
    for (const offset of offsets) done.add(offset);
    messages.push({ nextOpOffset: message.queueOffset + 1, lastHalf: offsets.reduce((last, offset) => Math.max(last, offset), -1) });
  };
  const first = await reader.read({ topic: TRANS_OP_HALF_TOPIC, queueId: HALF_QUEUE, queueOffset: opOffset, maxMessages: READ_MAX });
  // The first op messages may be gone with their file, or the offset may have outlived the queue.
  const start = Math.min(Math.max(opOffset, first.minOffset), first.maxOffset);
  for (let read = first, at = opOffset; read.nextOffset !== at && at < first.maxOffset;) {
    for (const message of read.messages) note(message);
    at = read.nextOffset;
    read = await reader.read({ topic: TRANS_OP_HALF_TOPIC, queueId: HALF_QUEUE, queueOffset: at, maxMessages: READ_MAX });
  }
  const neededFrom = (halfOffset: number) => {
    let needed = start;
    for (const { nextOpOffset, lastHalf } of messages) {
      if (lastHalf >= halfOffset) break;
      needed = nextOpOffset;
    }
    return needed;
  };
  return { done, neededFrom };
}
