import { OperationFailed } from '../../base/index.js';
import {
  AddWritePermOfBroker,
  type ClusterInfo,
  decodeKVTable,
  DeleteKvConfig,
  GetBrokerConfig,
  GetBrokerRuntimeInfo,
  GetKvConfig,
  PutKvConfig,
  ResponseCode,
  UpdateBrokerConfig,
  WipeWritePermOfBroker,
} from '../../protocol/index.js';
import { printPropertiesText, sleep } from '../../runtime/index.js';
import { CallRefused, isCallRefused } from '../errors.js';
import type { AdminCall, AdminCallLimits } from './admin-call.js';

/** As Java: StoreStatsService.FREQUENCY_OF_SAMPLING. */
const SAMPLING_MS = 1000;
const SAMPLES_AWAITED = 3;

/** Clusters and their brokers. All of them throw CallRefused and OperationFailed. */
export class ClusterAdmin {
  constructor(private readonly call: AdminCall) {}

  /** Brokers and clusters as the name servers know them. Also tells whether a name server answers at all. */
  info(limits: AdminCallLimits = {}): Promise<ClusterInfo> {
    return this.call.clusterInfo(limits);
  }

  /** `host:port`. @throws OperationFailed `unavailable` when the name servers know no such broker */
  async masterOf(brokerName: string, limits: AdminCallLimits = {}): Promise<string> {
    const [address] = await this.call.masters({ brokerName }, limits);
    if (address === undefined) throw new OperationFailed('unavailable', `broker ${brokerName} is not known`);
    return address;
  }

  /**
   * Figures of one broker: what `mqadmin brokerStatus` shows. Apache fails at this question until it has sampled itself for the first time, a second
   * after its start (StoreStatsService.getPutTps), so a broker that failed is asked again, three times at most.
   */
  async runtimeInfo(address: string, limits: AdminCallLimits = {}): Promise<ReadonlyMap<string, string>> {
    for (let asked = 1; ; asked++) {
      try {
        return decodeKVTable((await this.call.broker(address, GetBrokerRuntimeInfo, {}, limits)).body).table;
      } catch (error) {
        if (!isCallRefused(error) || error.responseCode !== ResponseCode.SYSTEM_ERROR || asked > SAMPLES_AWAITED) throw error;
        await sleep(this.call.clock, SAMPLING_MS, limits.signal);
      }
    }
  }

  /** Settings of one broker as the text of a properties file. */
  async brokerConfig(address: string, limits: AdminCallLimits = {}): Promise<string> {
    return (await this.call.broker(address, GetBrokerConfig, {}, limits)).body?.toString() ?? '';
  }

  /**
   * Changes settings of a running broker. Ours allows it only with `updateBrokerConfigEnable`, and forgets it with the next start.
   * @throws CallRefused, OperationFailed
   */
  async updateBrokerConfig(address: string, settings: Readonly<Record<string, string>>, limits: AdminCallLimits = {}): Promise<void> {
    await this.call.broker(
      address,
      UpdateBrokerConfig,
      {},
      { ...limits, body: Buffer.from(printPropertiesText(new Map(Object.entries(settings)))) },
    );
  }

  /**
   * Name servers tell producers to send nothing more to the broker, until it registers topics that changed. Servers that do not answer are an error.
   * @returns the topics that changed, on the name server that knew most
   */
  async wipeWritePermission(brokerName: string, limits: AdminCallLimits = {}): Promise<number> {
    const counts: number[] = [];
    for (const address of this.call.nameServerAddresses) {
      counts.push((await this.call.broker(address, WipeWritePermOfBroker, { brokerName }, limits)).header.wipeTopicCount ?? 0);
    }
    return Math.max(0, ...counts);
  }

  /** Takes that back; every topic of the broker may then be read and written. */
  async addWritePermission(brokerName: string, limits: AdminCallLimits = {}): Promise<void> {
    for (const address of this.call.nameServerAddresses) await this.call.broker(address, AddWritePermOfBroker, { brokerName }, limits);
  }

  /** A setting that name servers keep. @returns undefined when it is not there */
  async kv(namespace: string, key: string, limits: AdminCallLimits = {}): Promise<string | undefined> {
    const answer = await this.call.nameServer(GetKvConfig, { namespace, key }, limits);
    if (answer.code === ResponseCode.QUERY_NOT_FOUND) return undefined;
    if (answer.code !== ResponseCode.SUCCESS) throw new CallRefused(GetKvConfig.name, 'the name server', answer);
    return answer.header.value;
  }

  /** On every name server: they do not tell each other. */
  async putKv(
    entry: { readonly namespace: string; readonly key: string; readonly value: string },
    limits: AdminCallLimits = {},
  ): Promise<void> {
    for (const address of this.call.nameServerAddresses) await this.call.broker(address, PutKvConfig, entry, limits);
  }

  async deleteKv(entry: { readonly namespace: string; readonly key: string }, limits: AdminCallLimits = {}): Promise<void> {
    for (const address of this.call.nameServerAddresses) await this.call.broker(address, DeleteKvConfig, entry, limits);
  }
}
