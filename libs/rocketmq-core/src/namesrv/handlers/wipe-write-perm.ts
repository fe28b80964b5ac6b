import { need, ResponseCode, type WipeWritePermOfBroker } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { Logger } from '../../runtime/index.js';
import type { RouteTable } from '../tables/route-table.js';

export interface WritePermParts {
  readonly routes: RouteTable;
  readonly logger: Logger;
}

/** Holds until the broker registers with another DataVersion. */
export const wipeWritePerm =
  ({ routes, logger }: WritePermParts): Handler<typeof WipeWritePermOfBroker> =>
  ({ header, peer }) => {
    const brokerName = need(header, 'brokerName');
    const wipeTopicCount = routes.wipeWritePerm(brokerName);
    logger.log('info', 'write permission taken', { brokerName, topics: wipeTopicCount, peer: peer.address });
    return { code: ResponseCode.SUCCESS, header: { wipeTopicCount } };
  };
