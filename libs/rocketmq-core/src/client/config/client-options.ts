import { networkInterfaces } from 'node:os';
import {
  NodeFileSystem,
  silentLogger,
  SystemClock,
  SystemRandom,
  type Clock,
  type FileSystem,
  type Logger,
  type Random,
} from '../../runtime/index.js';
import { nameServerSource, type NameServerSource } from '../../remoting/index.js';
import { InvalidInput } from '../errors.js';
import { duration } from './ranges.js';

/** Settings of a client instance. Defaults as Java: ClientConfig, where the names are the same. */
export interface ClientOptions {
  /** Name servers, `host:port` separated by `;`. */
  readonly namesrvAddr?: string;
  /** The same as a list. */
  readonly namesrvAddresses?: readonly string[];
  /** Where NAMESRV_ADDR is looked up when no name server is set; default the environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Without any of the above: an HTTP address whose answer is such a list, fetched at the start and every 2 minutes. */
  readonly namesrvEndpoint?: string;
  /**
   * Part of the client id that people recognise; the id stays unique without it. Broadcasting consumers find their offsets again by it: of two
   * processes on one host each needs a name of its own. Default `DEFAULT` there.
   */
  readonly instanceName?: string;
  readonly unitName?: string;
  /** Address of this host in the client id and in message ids; default the first external IPv4 address. */
  readonly clientIP?: string;
  /** Between two refreshes of the routes, ms; default 30000. */
  readonly pollNameServerIntervalMs?: number;
  /** Between two heartbeats to each broker, ms; default 30000. A broker forgets a client after 120000. */
  readonly heartbeatBrokerIntervalMs?: number;
  /** For requests that carry no messages, ms; default 3000. */
  readonly mqClientApiTimeoutMs?: number;
  /** Sends go to the second port of a broker (listenPort - 2); default false. */
  readonly vipChannelEnabled?: boolean;
  /** For the offsets of broadcasting consumers. */
  readonly files?: FileSystem;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly random?: Random;
}

export interface ClientSettings {
  readonly nameServers: NameServerSource;
  readonly clientIP: string;
  readonly clientId: string;
  /** The id that a Java client of this address and name has, the same after every start. */
  readonly localId: string;
  readonly pollNameServerIntervalMs: number;
  readonly heartbeatBrokerIntervalMs: number;
  readonly mqClientApiTimeoutMs: number;
  readonly vipChannelEnabled: boolean;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: Random;
}

/** @throws InvalidInput, and OperationFailed `unavailable` when no name server is configured */
export function resolveClientOptions(options: ClientOptions): ClientSettings {
  const random = options.random ?? new SystemRandom();
  const clientIP = options.clientIP ?? localAddress();
  return {
    nameServers: checkedNameServers(options),
    clientIP,
    clientId: clientIdOf(options, clientIP, random),
    localId: localIdOf(options, clientIP),
    pollNameServerIntervalMs: duration('pollNameServerIntervalMs', options.pollNameServerIntervalMs, 30_000, 10),
    heartbeatBrokerIntervalMs: duration('heartbeatBrokerIntervalMs', options.heartbeatBrokerIntervalMs, 30_000, 10),
    mqClientApiTimeoutMs: duration('mqClientApiTimeoutMs', options.mqClientApiTimeoutMs, 3000),
    vipChannelEnabled: options.vipChannelEnabled ?? false,
    files: options.files ?? new NodeFileSystem(),
    clock: options.clock ?? new SystemClock(),
    logger: options.logger ?? silentLogger,
    random,
  };
}

function checkedNameServers(options: ClientOptions): NameServerSource {
  const source = nameServerSource({
    addresses: options.namesrvAddresses ?? options.namesrvAddr ?? [],
    environment: (options.env ?? process.env).NAMESRV_ADDR ?? '',
    endpoint: options.namesrvEndpoint ?? '',
  });
  if (source.kind === 'fixed') source.addresses.forEach(checkAddress);
  else if (!/^https?:\/\/\S+$/.test(source.url)) {
    throw new InvalidInput('namesrvEndpoint', `${JSON.stringify(source.url)} is not an http or https address`);
  }
  return source;
}

function checkAddress(address: string): void {
  const port = Number(/^(?:\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):(\d{1,5})$/.exec(address)?.[1] ?? NaN);
  if (!(port >= 1 && port <= 65535)) throw new InvalidInput('namesrvAddr', `name server ${JSON.stringify(address)} is not host:port`);
}

// As Java: ClientConfig.buildMQClientId with changeInstanceNameToPID, but never shared: two clusters in one process must not meet in one client.
function clientIdOf(options: ClientOptions, clientIP: string, random: Random): string {
  const name = options.instanceName === undefined ? '' : `${options.instanceName}-`;
  const unit = options.unitName === undefined ? '' : `@${options.unitName}`;
  return `${clientIP}@${name}${process.pid}#${random.bytes(6).toString('hex')}${unit}`;
}

// As Java: ClientConfig.buildMQClientId. It becomes the name of a folder.
function localIdOf({ instanceName = 'DEFAULT', unitName }: ClientOptions, clientIP: string): string {
  if (/[/\\\0]/.test(`${instanceName}${unitName ?? ''}`))
    throw new InvalidInput('instanceName', 'instanceName and unitName contain no slash');
  return `${clientIP}@${instanceName}${unitName === undefined ? '' : `@${unitName}`}`;
}

function localAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find((one) => one.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.1';
}
