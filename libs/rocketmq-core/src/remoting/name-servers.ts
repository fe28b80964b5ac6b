import { isOperationFailed, messageOf, OperationFailed } from '../base/index.js';
import type { Command, HeaderOf } from '../protocol/index.js';
import { type Clock, type Logger, Loop, type Random } from '../runtime/index.js';
import type { RemotingClient } from './client.js';
import { NameServerSelection, parseAddressList } from './name-server-selection.js';
import type { Answer, CallOptions } from './ports.js';
import { fetchText } from './tcp.js';

/** Where the list of name servers comes from. */
export type NameServerSource =
  { readonly kind: 'fixed'; readonly addresses: readonly string[] } | { readonly kind: 'endpoint'; readonly url: string };

export interface NameServerSettings {
  /** `host:port;host:port` or a list. Wins over everything else. */
  readonly addresses?: string | readonly string[];
  /** The value of the environment variable NAMESRV_ADDR; the caller reads it. */
  readonly environment?: string;
  /** An http or https address that answers with the list. Asked only when nothing else is given. */
  readonly endpoint?: string;
}

/** @throws OperationFailed with reason `unavailable` when nothing is configured */
export function nameServerSource({ addresses = [], environment = '', endpoint = '' }: NameServerSettings): NameServerSource {
  for (const candidate of [addresses, environment]) {
    const list = parseAddressList(typeof candidate === 'string' ? candidate : candidate.join(';'));
    if (list.length > 0) return { kind: 'fixed', addresses: list };
  }
  if (endpoint !== '') return { kind: 'endpoint', url: endpoint };
  throw new OperationFailed(
    'unavailable',
    'no name server is known: set namesrvAddr (host:port;host:port) or the environment variable NAMESRV_ADDR',
  );
}

export interface NameServersOptions {
  readonly source: NameServerSource;
  readonly client: RemotingClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: Random;
}

/** As Java: MQClientInstance, fetchNameServerAddr. */
const REFRESH_MS = 120_000;
const FETCH_TIMEOUT_MS = 3000;
const LIST_SIZE_MAX = 64 * 1024;

/** The name servers of one cluster, asked one after the other until one answers. */
export class NameServers {
  private readonly selection: NameServerSelection;
  private readonly refreshing: Loop | undefined;

  constructor(private readonly options: NameServersOptions) {
    const { source, random, clock, logger } = options;
    this.selection = new NameServerSelection(random, source.kind === 'fixed' ? source.addresses : []);
    if (source.kind === 'fixed') return;
    const run = () => this.refresh(source.url);
    this.refreshing = new Loop({ name: 'name server list', clock, logger, periodMs: REFRESH_MS, run });
  }

  /** All of them: a broker registers with each. */
  get addresses(): readonly string[] {
    return this.selection.all;
  }

  /** @throws OperationFailed when the list has to be fetched and cannot be */
  async start(): Promise<void> {
    const { source } = this.options;
    if (source.kind === 'fixed') return;
    await this.refresh(source.url);
    this.refreshing?.start();
  }

  async stop(): Promise<void> {
    await this.refreshing?.stop();
  }

  /**
   * Asks the current name server, and the others while there is time. Every request to a name server may be repeated.
   * @throws OperationFailed of the last attempt
   */
  async invoke<C extends Command>(command: C, header: HeaderOf<C['request']>, options: CallOptions): Promise<Answer<C>> {
    const { client, clock } = this.options;
    const deadlineMs = clock.monotonic() + options.timeoutMs;
    for (let attempt = 1; ; attempt += 1) {
      const address = this.selection.current;
      try {
        return await client.invoke(address, command, header, { ...options, timeoutMs: deadlineMs - clock.monotonic() });
      } catch (error) {
        if (!isOperationFailed(error) || !error.retriable) throw error;
        this.selection.failed(address);
        if (attempt >= this.addresses.length || clock.monotonic() >= deadlineMs) throw error;
      }
    }
  }

  private async refresh(url: string): Promise<void> {
    const { clock, logger } = this.options;
    const text = await fetchText({ url, timeoutMs: FETCH_TIMEOUT_MS, sizeMax: LIST_SIZE_MAX, clock }).catch((error: unknown) => {
      throw new OperationFailed('unavailable', `the list of name servers cannot be fetched: ${messageOf(error)}`, {
        cause: error,
        retriable: true,
      });
    });
    const addresses = parseAddressList(/^[^\r\n]*/.exec(text.trim())?.[0] ?? '');
    if (addresses.length === 0)
      throw new OperationFailed('unavailable', `${url} answers with an empty list of name servers`, { retriable: true });
    if (this.selection.update(addresses)) logger.log('info', 'name servers', { addresses });
  }
}
