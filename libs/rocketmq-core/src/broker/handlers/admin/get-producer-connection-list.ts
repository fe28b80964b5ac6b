import { encodeProducerConnection, need, ResponseCode, type GetProducerConnectionList } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { ProducerTable } from '../../clients/producer-table.js';
import { connectionOf } from './connections.js';

export function getProducerConnectionList({ producers }: { readonly producers: ProducerTable }): Handler<typeof GetProducerConnectionList> {
  return ({ header }) => {
    const group = need(header, 'producerGroup');
    const members = producers.members(group);
    if (members === undefined) return { code: ResponseCode.SYSTEM_ERROR, remark: `the producer group[${group}] not exist` };
    return { code: ResponseCode.SUCCESS, body: encodeProducerConnection({ connectionSet: members.map(connectionOf) }) };
  };
}
