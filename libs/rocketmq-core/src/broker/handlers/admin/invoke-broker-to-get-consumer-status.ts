import { messageOf } from '../../../base/index.js';
import {
  decodeGetConsumerStatusBody,
  encodeGetConsumerStatusBody,
  GetConsumerStatusFromClient,
  need,
  ResponseCode,
  type InvokeBrokerToGetConsumerStatus,
  type MessageQueue,
} from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { Logger } from '../../../runtime/index.js';
import type { ConsumerTable } from '../../clients/consumer-table.js';
import type { Member } from '../../clients/producer-table.js';

export interface GetConsumerStatusOptions {
  readonly consumers: Pick<ConsumerTable, 'find'>;
  readonly logger: Logger;
}

/** As Java: Broker2Client.getConsumeStatus. */
const ASK_TIMEOUT_MS = 5000;

type Offsets = readonly (readonly [MessageQueue, number])[];

/** Asks consumers for the offsets that they know; one that does not answer is left out. */
export function invokeBrokerToGetConsumerStatus({
  consumers,
  logger,
}: GetConsumerStatusOptions): Handler<typeof InvokeBrokerToGetConsumerStatus> {
  return async ({ header }) => {
    const topic = need(header, 'topic');
    const group = need(header, 'group');
    const wanted = header.clientAddr?.trim() ?? '';
    const members = [...(consumers.find(group)?.members.values() ?? [])];
    if (members.length === 0) {
      return { code: ResponseCode.SYSTEM_ERROR, remark: `No Any Consumer online in the consumer group: [${group}]` };
    }
    const asked = members.filter(({ clientId }) => wanted === '' || clientId === wanted);
    const answers = await Promise.all(asked.map((member) => offsetsOf(member, { topic, group }, logger)));
    const consumerTable = new Map(answers.flatMap((answer) => (answer === undefined ? [] : [answer])));
    return { code: ResponseCode.SUCCESS, body: encodeGetConsumerStatusBody({ consumerTable, messageQueueTable: [] }) };
  };
}

async function offsetsOf(
  { peer, clientId }: Member,
  header: { readonly topic: string; readonly group: string },
  logger: Logger,
): Promise<[string, Offsets] | undefined> {
  try {
    const answer = await peer.invoke(GetConsumerStatusFromClient, header, { timeoutMs: ASK_TIMEOUT_MS });
    if (answer.code !== ResponseCode.SUCCESS || answer.body === undefined) return undefined;
    return [clientId, decodeGetConsumerStatusBody(answer.body).messageQueueTable];
  } catch (error) {
    logger.log('warn', 'a consumer did not tell its offsets', { clientId, ...header, error: messageOf(error) });
    return undefined;
  }
}
