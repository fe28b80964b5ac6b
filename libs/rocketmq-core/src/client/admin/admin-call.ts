import { OperationFailed } from '../../base/index.js';
import {
  type ClusterInfo,
  type Command,
  decodeClusterInfo,
  GetBrokerClusterInfo,
  type HeaderOf,
  ResponseCode,
} from '../../protocol/index.js';
import type { Answer, CallOptions, NameServers } from '../../remoting/index.js';
import type { Clock } from '../../runtime/index.js';
import { CallRefused } from '../errors.js';
import type { BrokerCalls } from '../instance/calls.js';

export interface AdminCallLimits {
  /** Milliseconds; default 5000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Brokers that a request goes to: one, those of a cluster, or all masters. */
export type AdminTarget = { readonly address: string } | { readonly brokerName: string } | { readonly cluster: string } | 'all';

export interface AdminParts {
  readonly calls: Pick<BrokerCalls, 'ask'>;
  readonly nameServers: Pick<NameServers, 'invoke' | 'addresses'>;
  readonly clock: Clock;
}

/** As Java: DefaultMQAdminExt. */
const TIMEOUT_MS = 5000;
const MASTER_ID = 0;

/** The ways in which requests of an administrator leave. */
export class AdminCall {
  constructor(private readonly parts: AdminParts) {}

  get clock(): Clock {
    return this.parts.clock;
  }

  get nameServerAddresses(): readonly string[] {
    return this.parts.nameServers.addresses;
  }

  /** @throws CallRefused, OperationFailed */
  broker<C extends Command>(
    address: string,
    command: C,
    header: HeaderOf<C['request']>,
    limits: AdminCallLimits & Pick<CallOptions, 'body'> = {},
  ): Promise<Answer<C>> {
    return this.parts.calls.ask(address, command, header, withTimeout(limits));
  }

  /** Whatever the code. @throws OperationFailed */
  nameServer<C extends Command>(command: C, header: HeaderOf<C['request']>, limits: AdminCallLimits = {}): Promise<Answer<C>> {
    return this.parts.nameServers.invoke(command, header, withTimeout(limits));
  }

  /** @throws CallRefused for every code but 0, OperationFailed */
  async nameServerSuccess<C extends Command>(command: C, header: HeaderOf<C['request']>, limits: AdminCallLimits = {}): Promise<Answer<C>> {
    const answer = await this.nameServer(command, header, limits);
    if (answer.code !== ResponseCode.SUCCESS) throw new CallRefused(command.name, 'the name server', answer);
    return answer;
  }

  async clusterInfo(limits: AdminCallLimits = {}): Promise<ClusterInfo> {
    return decodeClusterInfo((await this.nameServerSuccess(GetBrokerClusterInfo, {}, limits)).body);
  }

  /** The masters' addresses. @throws OperationFailed `unavailable` when there is none */
  async masters(target: AdminTarget, limits: AdminCallLimits = {}): Promise<readonly string[]> {
    if (typeof target === 'object' && 'address' in target) return [target.address];
    const { brokerAddrTable, clusterAddrTable } = await this.clusterInfo(limits);
    const names = namesOf(target, clusterAddrTable) ?? [...brokerAddrTable.keys()];
    const addresses = names.map((name) => brokerAddrTable.get(name)?.brokerAddrs.get(MASTER_ID)).filter((address) => address !== undefined);
    if (addresses.length > 0) return addresses;
    throw new OperationFailed('unavailable', `no broker is known for ${JSON.stringify(target)}`, { retriable: true });
  }
}

function namesOf(
  target: Exclude<AdminTarget, { readonly address: string }>,
  clusters: ClusterInfo['clusterAddrTable'],
): readonly string[] | undefined {
  if (target === 'all') return undefined;
  return 'brokerName' in target ? [target.brokerName] : (clusters.get(target.cluster) ?? []);
}

function withTimeout({ timeoutMs = TIMEOUT_MS, signal, body }: AdminCallLimits & Pick<CallOptions, 'body'>): CallOptions {
  return { timeoutMs, ...(signal && { signal }), ...(body && { body }) };
}
