import type { PushConsumerOptions } from 'rocketmq-core/client';
import type { ConsumeFrom } from '../listener/listener-options.js';

/** The start position in the words of the client. */
export function startPosition(from: ConsumeFrom | undefined): Pick<PushConsumerOptions, 'consumeFromWhere' | 'consumeTimestamp'> {
  if (from === undefined) return {};
  if (from === 'first') return { consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' };
  if (from === 'last') return { consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' };
  return { consumeFromWhere: 'CONSUME_FROM_TIMESTAMP', consumeTimestamp: from.timestamp.getTime() };
}
