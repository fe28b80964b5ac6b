import { type AddWritePermOfBroker, need, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { WritePermParts } from './wipe-write-perm.js';

/** As Java: every topic of the broker becomes readable and writable, whatever it was before. */
export const addWritePerm =
  ({ routes, logger }: WritePermParts): Handler<typeof AddWritePermOfBroker> =>
  ({ header, peer }) => {
    const brokerName = need(header, 'brokerName');
    const addTopicCount = routes.addWritePerm(brokerName);
    logger.log('info', 'write permission given', { brokerName, topics: addTopicCount, peer: peer.address });
    return { code: ResponseCode.SUCCESS, header: { addTopicCount } };
  };
