import { messageOf } from '../../base/index.js';
import {
  CheckTransactionState,
  decodeRecord,
  EndTransaction,
  need,
  PropertyName,
  ResponseCode,
  type MessageExt,
} from '../../protocol/index.js';
import { route, type Request, type Route } from '../../remoting/index.js';
import type { Logger } from '../../runtime/index.js';
import { messageIdOf, receivedMessage } from '../received-message.js';
import { LISTENER_PROPERTY } from './transaction-listeners.js';
import { commitOrRollback, type TransactionProducer } from './transaction-producer.js';

export interface CheckPushParts {
  /** Producers of this client in the group that can be asked. */
  readonly producersOf: (group: string) => readonly Pick<TransactionProducer, 'answersFor' | 'takeCheck'>[];
  readonly logger: Logger;
}

/** Hands the questions of brokers to the producers of their groups. As Java: ClientRemotingProcessor.checkTransactionState. */
export function checkPush({ producersOf, logger }: CheckPushParts): Route {
  return route(
    CheckTransactionState,
    (request) => {
      try {
        const message = messageIn(request);
        const producers = producersOf(message.properties.get(PropertyName.PGROUP) ?? '');
        const listener = message.properties.get(LISTENER_PROPERTY);
        const producer = producers.find((one) => one.answersFor(listener)) ?? producers[0];
        if (producer === undefined)
          logger.log('warn', 'nobody here can say what became of a transaction', { message: messageIdOf(message) });
        else producer.takeCheck(questionOf(request, message, logger));
      } catch (error) {
        logger.log('warn', 'a question about a transaction cannot be read', { peer: request.peer.address, error: messageOf(error) });
      }
      return { code: ResponseCode.SUCCESS };
    },
    'default',
  );
}

// The bytes of the connection are not ours to keep.
const messageIn = ({ body = Buffer.alloc(0) }: Request<typeof CheckTransactionState>): MessageExt => decodeRecord(Buffer.from(body));

function questionOf({ header, peer }: Request<typeof CheckTransactionState>, message: MessageExt, logger: Logger) {
  const { topic, queueId } = message;
  const transactionId = message.properties.get(PropertyName.UNIQ_KEY);
  const queue = { topic, queueId, brokerName: header.bname ?? '' };
  const end = {
    topic: header.topic,
    producerGroup: message.properties.get(PropertyName.PGROUP) ?? '',
    tranStateTableOffset: need(header, 'tranStateTableOffset'),
    commitLogOffset: need(header, 'commitLogOffset'),
    fromTransactionCheck: true,
    msgId: transactionId ?? messageIdOf(message),
    transactionId: header.transactionId,
    bname: header.bname,
  };
  return {
    transactionId,
    message: receivedMessage({ message, bounds: undefined, localFailures: 0 }, queue),
    answer: (state: Parameters<typeof commitOrRollback>[0]) => {
      // On the connection of the question: it is the broker that asked, whatever its address is.
      const sent = peer.oneway(EndTransaction, { ...end, commitOrRollback: commitOrRollback(state) });
      if (!sent) logger.log('warn', 'an answer about a transaction was not sent; the broker will ask again', { transactionId, state });
    },
  };
}
