import { messageOf, ProtocolViolation } from '../../base/index.js';
import { need, parseProperties, PropertyName, PushReplyMessageToClient, ResponseCode } from '../../protocol/index.js';
import { route, type Request, type Route } from '../../remoting/index.js';
import type { Clock, Logger } from '../../runtime/index.js';
import type { ReplyMessage } from '../message-types.js';
import { keysOf, plainBody } from '../received-message.js';
import type { ReplyTable } from './reply-table.js';

export interface ReplyPushParts {
  readonly replies: ReplyTable;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/** Takes the replies that a broker pushes. As Java: ClientRemotingProcessor.receiveReplyMessage. */
export function replyPush({ replies, clock, logger }: ReplyPushParts): Route {
  return route(
    PushReplyMessageToClient,
    (request) => {
      let reply: ReplyMessage;
      try {
        reply = replyOf(request, clock.now());
      } catch (error) {
        logger.log('warn', 'a reply cannot be read', { topic: request.header.topic, error: messageOf(error) });
        return { code: ResponseCode.SYSTEM_ERROR, remark: 'process reply message fail' };
      }
      // Its request has had its time. The broker is told that all is well: another attempt would come even later.
      if (!replies.settle(reply))
        logger.log('debug', 'nobody waits for a reply', { correlationId: reply.correlationId, from: reply.bornHost });
      return { code: ResponseCode.SUCCESS };
    },
    'default',
  );
}

function replyOf({ header, body = Buffer.alloc(0) }: Request<typeof PushReplyMessageToClient>, nowMs: number): ReplyMessage {
  const properties = parseProperties(header.properties ?? '');
  const correlationId = properties.get(PropertyName.CORRELATION_ID);
  if (correlationId === undefined) throw new ProtocolViolation('the reply says not what it answers');
  properties.set(PropertyName.ARRIVE_TIME, String(nowMs));
  return {
    correlationId,
    messageId: properties.get(PropertyName.UNIQ_KEY),
    topic: need(header, 'topic'),
    // The bytes of the connection are not ours to keep.
    body: Buffer.from(plainBody({ body, sysFlag: header.sysFlag ?? 0 })),
    tags: properties.get(PropertyName.TAGS),
    keys: keysOf(properties),
    properties,
    flag: header.flag ?? 0,
    bornTimestamp: header.bornTimestamp ?? 0,
    bornHost: header.bornHost ?? '',
    storeTimestamp: header.storeTimestamp ?? 0,
    storeHost: header.storeHost ?? '',
  };
}
