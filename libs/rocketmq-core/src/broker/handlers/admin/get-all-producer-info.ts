import {
  encodeProducerTableInfo,
  ResponseCode,
  type GetAllProducerInfo,
  type LanguageName,
  type ProducerInfo,
} from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { Clock } from '../../../runtime/index.js';
import type { Member, ProducerTable } from '../../clients/producer-table.js';

export interface GetAllProducerInfoOptions {
  readonly producers: ProducerTable;
  readonly clock: Clock;
}

export function getAllProducerInfo({ producers, clock }: GetAllProducerInfoOptions): Handler<typeof GetAllProducerInfo> {
  const infoOf = ({ peer, clientId, language, version, lastHeartbeatMs }: Member): ProducerInfo => ({
    clientId,
    language: language as LanguageName | undefined,
    lastUpdateTimestamp: Math.round(clock.now() - (clock.monotonic() - lastHeartbeatMs)),
    remoteIP: `/${peer.address}`,
    version,
  });
  return () => {
    const data = new Map([...producers.all()].map(([group, members]) => [group, members.map(infoOf)]));
    return { code: ResponseCode.SUCCESS, body: encodeProducerTableInfo({ data }) };
  };
}
