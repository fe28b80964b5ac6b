import { GetConsumerRunningInfo, need } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { ClientRelay } from '../../clients/client-relay.js';

/** What the consumer says of itself. */
export function getConsumerRunningInfo({ relay }: { readonly relay: ClientRelay }): Handler<typeof GetConsumerRunningInfo> {
  return ({ header, ext }) => {
    const consumerGroup = need(header, 'consumerGroup');
    const clientId = header.clientId ?? '';
    const { jstackEnable } = header;
    const passedOn = { consumerGroup, clientId, ...(jstackEnable !== undefined && { jstackEnable }) };
    return relay.relay({ group: consumerGroup, clientId, command: GetConsumerRunningInfo, header: passedOn, options: { ext } });
  };
}
