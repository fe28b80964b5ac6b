import { messageOf } from '../../base/index.js';
import { decodeKVTable, type TopicConfig } from '../../protocol/index.js';
import type { RemotingClient } from '../../remoting/index.js';
import { Loop, sleep } from '../../runtime/index.js';
import { NameServerLink, type NameServerLinkOptions } from './name-server-link.js';

export interface RegisterLoopOptions extends Omit<NameServerLinkOptions, 'address' | 'client' | 'onAnswer'> {
  readonly client: Pick<RemotingClient, 'invoke' | 'onClose'>;
  /** The name servers as they are known now. */
  readonly addresses: () => readonly string[];
  /** Topics that the name servers keep in order across brokers. */
  readonly onOrderedTopics: (topics: Iterable<string>) => void;
}

const LIST_PERIOD_MS = 5000;

/** Registers with every name server, each on its own: one that does not answer delays no other. As Java: BrokerController.registerBrokerAll. */
export class RegisterLoop {
  private readonly links = new Map<string, NameServerLink>();
  private readonly loop: Loop;
  private readonly leaving = new Set<Promise<void>>();

  constructor(private readonly options: RegisterLoopOptions) {
    const { clock, logger, client } = options;
    this.loop = new Loop({ name: 'list of name servers', clock, logger, periodMs: LIST_PERIOD_MS, run: () => void this.follow() });
    client.onClose((address) => this.links.get(address)?.lost());
  }

  /** Whether at least one name server knows this broker. */
  get registered(): boolean {
    return [...this.links.values()].some((link) => link.isRegistered);
  }

  /** Resolves after the first attempt with each name server, or after `capMs`. */
  async start(capMs: number): Promise<void> {
    const attempts = this.follow();
    this.loop.start();
    await this.within(capMs, attempts);
  }

  /** @param topics what changed; the rest is told at the next full registration */
  announce(topics: readonly TopicConfig[]): void {
    for (const link of this.links.values()) link.announce(topics);
  }

  /** Tells all topics again, because what is said of each has changed. */
  announceAll(): void {
    for (const link of this.links.values()) link.refresh();
  }

  /** Resolves when every name server that answers knows what was announced, or after `capMs`. */
  told(capMs: number): Promise<void> {
    return this.within(
      capMs,
      [...this.links.values()].map((link) => link.told()),
    );
  }

  /** Unregisters. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await Promise.all([...[...this.links.values()].map((link) => link.stop()), ...this.leaving]);
    this.links.clear();
  }

  /** @returns the first attempts with name servers that are new */
  private follow(): Promise<void>[] {
    const { addresses, ...rest } = this.options;
    const wanted = new Set(addresses());
    for (const [address, link] of this.links) {
      if (wanted.has(address)) continue;
      this.links.delete(address);
      const left = link.stop().finally(() => this.leaving.delete(left));
      this.leaving.add(left);
    }
    const attempts: Promise<void>[] = [];
    for (const address of wanted) {
      if (this.links.has(address)) continue;
      const link = new NameServerLink({ ...rest, address, onAnswer: (body) => this.learn(body) });
      this.links.set(address, link);
      attempts.push(link.start());
    }
    return attempts;
  }

  private learn(body: Buffer | undefined): void {
    if (body === undefined || body.length === 0) return;
    try {
      this.options.onOrderedTopics(decodeKVTable(body).table.keys());
    } catch (error) {
      this.options.logger.log('warn', 'the answer to a registration cannot be read', { error: messageOf(error) });
    }
  }

  private async within(capMs: number, work: readonly Promise<void>[]): Promise<void> {
    if (work.length === 0) return;
    const done = new AbortController();
    const late = sleep(this.options.clock, capMs, done.signal).catch(() => undefined);
    await Promise.race([Promise.all(work), late]);
    done.abort();
  }
}
