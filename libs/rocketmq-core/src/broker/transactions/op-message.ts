// The body of a message in RMQ_SYS_TRANS_OP_HALF_TOPIC: queue offsets of halves that are done with, in decimal, separated by commas.
//
//     17,18,21,
//
// Releases before 5.0 wrote one offset without a comma. See docs/formats/transactions.md.
import { PropertyName, printProperties, TRANS_OP_HALF_TOPIC, type HostAddress, type MessageExt } from '../../protocol/index.js';
import type { MessageDraft } from '../../store/index.js';
import { HALF_QUEUE } from './half-message.js';

const SEPARATOR = ',';
const REMOVE_TAG = 'd';
const OFFSET = /^\d{1,16}$/;

/** Bytes that an offset takes in a body. */
export const opSize = (queueOffset: number): number => String(queueOffset).length + SEPARATOR.length;

export function opBody(queueOffsets: readonly number[]): Buffer {
  let text = '';
  for (const queueOffset of queueOffsets) text += queueOffset + SEPARATOR;
  return Buffer.from(text);
}

/** @returns the offsets that an op message names; none for a message that is no op. Texts that are no offsets are skipped */
export function opOffsets({ body, properties }: Pick<MessageExt, 'body' | 'properties'>): number[] {
  if (properties.get(PropertyName.TAGS) !== REMOVE_TAG) return [];
  const texts = body.toString('latin1').split(SEPARATOR);
  return texts.flatMap((text) => (OFFSET.test(text) && Number.isSafeInteger(Number(text)) ? [Number(text)] : []));
}

/** As Java: TransactionalMessageBridge.makeOpMessageInner. */
export function opDraft(queueOffsets: readonly number[], at: { readonly nowMs: number; readonly storeHost: HostAddress }): MessageDraft {
  return {
    topic: TRANS_OP_HALF_TOPIC,
    queueId: HALF_QUEUE,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: at.nowMs,
    bornHost: at.storeHost,
    storeHost: at.storeHost,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: opBody(queueOffsets),
    properties: printProperties(
      new Map([
        [PropertyName.WAIT, 'true'],
        [PropertyName.TAGS, REMOVE_TAG],
      ]),
    ),
    waitForStore: false,
  };
}
