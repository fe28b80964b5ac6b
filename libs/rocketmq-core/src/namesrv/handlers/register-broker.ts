import { crc32, RequestRejected } from '../../base/index.js';
import {
  decodeRegisterBrokerBody,
  decodeTopicConfigSerializeWrapper,
  encodeKVTable,
  initialDataVersion,
  need,
  type RegisterBroker,
  ResponseCode,
  VersionGate,
} from '../../protocol/index.js';
import type { Handler, Request } from '../../remoting/index.js';
import type { BrokerRegistry, Registration } from '../broker-registry.js';
import type { NamesrvConfig } from '../config.js';
import type { KvTable } from '../tables/kv-table.js';

export const ORDER_TOPIC_NAMESPACE = 'ORDER_TOPIC_CONFIG';
const ZONE_NAME = '__ZONE_NAME';

export interface RegisterBrokerParts {
  readonly registry: BrokerRegistry;
  readonly kv: KvTable;
  readonly config: Readonly<NamesrvConfig>;
}

type Content = Pick<Registration, 'topics' | 'dataVersion' | 'mappings' | 'filterServers'>;

function contentOf({ header, body, frame }: Request<typeof RegisterBroker>): Content {
  if (header.bodyCrc32 && crc32(body ?? Buffer.alloc(0)) !== header.bodyCrc32)
    throw new RequestRejected(ResponseCode.SYSTEM_ERROR, 'crc32 not match');
  if (body === undefined) return { topics: new Map(), dataVersion: initialDataVersion, mappings: new Map(), filterServers: [] };
  if (frame.version < VersionGate.REGISTER_BODY) {
    const { topicConfigTable, dataVersion } = decodeTopicConfigSerializeWrapper(body);
    return { topics: topicConfigTable, dataVersion, mappings: new Map(), filterServers: [] };
  }
  const decoded = decodeRegisterBrokerBody(body, { compressed: header.compressed, version: frame.version });
  const { topicConfigTable, dataVersion, topicQueueMappingInfoMap } = decoded.topicConfigSerializeWrapper;
  return { topics: topicConfigTable, dataVersion, mappings: topicQueueMappingInfoMap, filterServers: decoded.filterServerList };
}

export const registerBroker =
  ({ registry, kv, config }: RegisterBrokerParts): Handler<typeof RegisterBroker> =>
  (request) => {
    const { header, ext, peer } = request;
    const outcome = registry.register({
      ...contentOf(request),
      cluster: need(header, 'clusterName'),
      brokerName: need(header, 'brokerName'),
      brokerId: need(header, 'brokerId'),
      address: need(header, 'brokerAddr'),
      haServerAddr: header.haServerAddr ?? '',
      zoneName: ext.get(ZONE_NAME),
      heartbeatTimeoutMs: header.heartbeatTimeoutMillis,
      enableActingMaster: header.enableActingMaster,
      peerId: peer.id,
    });
    if (outcome.kind === 'incomplete') return { code: ResponseCode.SYSTEM_ERROR, remark: 'register broker failed' };
    const { masterAddr, haServerAddr } = outcome.kind === 'registered' ? outcome : {};
    const orders = config.returnOrderTopicConfigToBroker ? kv.all(ORDER_TOPIC_NAMESPACE) : undefined;
    return { code: ResponseCode.SUCCESS, header: { masterAddr, haServerAddr }, body: orders && encodeKVTable({ table: orders }) };
  };
