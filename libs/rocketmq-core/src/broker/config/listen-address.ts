import { networkInterfaces } from 'node:os';
import { OperationFailed } from '../../base/index.js';
import { parseIp, type HostAddress } from '../../protocol/index.js';

const isWildcard = (ip: Buffer) => ip.every((byte) => byte === 0);

/** The first IPv4 address of this machine that others can reach. As Java: NetworkUtil.getLocalAddress. */
function firstPublicIp(): string | undefined {
  for (const addresses of Object.values(networkInterfaces())) {
    const found = addresses?.find(({ family, internal }) => family === 'IPv4' && !internal);
    if (found !== undefined) return found.address;
  }
  return undefined;
}

/**
 * The IP address that clients are told to dial.
 * @throws OperationFailed `refused` when there is none that can be written into a message
 */
export function advertisedIp(brokerIP1: string, boundHost: string): { text: string; ip: Buffer } {
  const wanted = brokerIP1 || boundHost;
  const bound = parseIp(wanted);
  const text = bound !== undefined && isWildcard(bound) ? (firstPublicIp() ?? '127.0.0.1') : wanted;
  const ip = parseIp(text);
  if (ip === undefined) {
    throw new OperationFailed(
      'refused',
      `${JSON.stringify(text)} is no IP address: set brokerIP1 to the one that clients can reach this broker at`,
    );
  }
  return { text, ip };
}

const VIP_PORT_DISTANCE = 2;

/** @returns undefined for a port without one: any free port has none, because nobody could know it */
export const vipPortOf = (listenPort: number): number | undefined =>
  listenPort > VIP_PORT_DISTANCE ? listenPort - VIP_PORT_DISTANCE : undefined;

/** `ip:port` as name servers and clients write it. */
export const addressOf = (host: { text: string }, port: number): string =>
  host.text.includes(':') ? `[${host.text}]:${port}` : `${host.text}:${port}`;

/** Who this broker is. The address is known once it listens. */
export interface BrokerIdentity {
  readonly clusterName: string;
  readonly brokerName: string;
  readonly brokerId: number;
  /** `ip:port` that clients dial. */
  readonly address: string;
  /** `ip:port` that replicas dial. */
  readonly haAddress: string;
  /** The address as written into every record. */
  readonly storeHost: HostAddress;
  /** The id of the message at a physical offset: its first half is the address. */
  readonly messageId: (physicalOffset: number) => string;
}
