import { type ClusterInfo, decodeKVTable, GetBrokerConfig, GetBrokerRuntimeInfo } from '../../protocol/index.js';
import type { AdminCall, AdminCallLimits } from './admin-call.js';

/** Clusters and their brokers. All of them throw CallRefused and OperationFailed. */
export class ClusterAdmin {
  constructor(private readonly call: AdminCall) {}

  /** Brokers and clusters as the name servers know them. Also tells whether a name server answers at all. */
  info(limits: AdminCallLimits = {}): Promise<ClusterInfo> {
    return this.call.clusterInfo(limits);
  }

  /** Figures of one broker: what `mqadmin brokerStatus` shows. */
  async runtimeInfo(address: string, limits: AdminCallLimits = {}): Promise<ReadonlyMap<string, string>> {
    return decodeKVTable((await this.call.broker(address, GetBrokerRuntimeInfo, {}, limits)).body).table;
  }

  /** Settings of one broker as the text of a properties file. */
  async brokerConfig(address: string, limits: AdminCallLimits = {}): Promise<string> {
    return (await this.call.broker(address, GetBrokerConfig, {}, limits)).body?.toString() ?? '';
  }
}
