import { crc32, messageOf, OperationFailed } from '../../base/index.js';
import { RegisterBroker, ResponseCode, UnregisterBroker, type TopicConfig } from '../../protocol/index.js';
import type { RemotingClient } from '../../remoting/index.js';
import { Loop, type Clock, type Logger, type Timer } from '../../runtime/index.js';
import type { BrokerIdentity } from '../config/listen-address.js';

/** A name server that failed, or that lost the connection, is tried again this often. */
const RETRY_MS = 5000;
/** The first retry comes sooner, each further one after twice the time: a name server that starts together with this broker is found at once. */
const FIRST_RETRY_MS = 200;
const UNREGISTER_TIMEOUT_MS = 3000;

export interface NameServerLinkOptions {
  /** `host:port`. */
  readonly address: string;
  readonly client: Pick<RemotingClient, 'invoke'>;
  readonly identity: () => BrokerIdentity;
  /** The registration of these topics, or of all. */
  readonly encode: (topics: readonly TopicConfig[] | 'all') => Buffer;
  readonly compressed: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly periodMs: number;
  readonly timeoutMs: number;
  /** Told what the name server knows of ordered topics. */
  readonly onAnswer: (body: Buffer | undefined) => void;
}

/**
 * Keeps one name server informed. All topics go out first and then once in a period; in between the changed ones alone. A name server refuses to
 * begin with a single topic, so after any failure or lost connection all of them are sent again.
 */
export class NameServerLink {
  private readonly changed = new Map<string, TopicConfig>();
  private waiting: (() => void)[] = [];
  private registered = false;
  private failureReported = false;
  private sentAllMs = 0;
  private retryMs = FIRST_RETRY_MS;
  private retry: Timer | undefined;
  private readonly stopping = new AbortController();
  private readonly loop: Loop;

  constructor(private readonly options: NameServerLinkOptions) {
    const { address, clock, logger } = options;
    this.loop = new Loop({
      name: `registration with ${address}`,
      clock,
      logger,
      periodMs: RETRY_MS,
      initialDelayMs: 0,
      run: () => this.round(),
    });
  }

  get isRegistered(): boolean {
    return this.registered;
  }

  /** Resolves after the first attempt, whatever comes of it. */
  start(): Promise<void> {
    const firstRound = this.nextRound();
    this.loop.start();
    return firstRound;
  }

  /** The name server may have forgotten this broker. */
  lost(): void {
    this.registered = false;
  }

  refresh(): void {
    this.sentAllMs = -Infinity;
    this.loop.kick();
  }

  announce(topics: readonly TopicConfig[]): void {
    for (const topic of topics) this.changed.set(topic.topicName, topic);
    this.loop.kick();
  }

  /** Resolves when what was announced so far has been told, or when telling failed. At once while the name server does not answer. */
  told(): Promise<void> {
    if (!this.registered) return Promise.resolve();
    const round = this.nextRound();
    this.loop.kick();
    return round;
  }

  /** Unregisters. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.retry?.cancel();
    await this.loop.stop();
    for (const resolve of this.waiting) resolve();
    if (!this.registered) return;
    this.registered = false;
    const { client, address, logger } = this.options;
    const { clusterName, brokerName, brokerId, address: brokerAddr } = this.options.identity();
    const header = { clusterName, brokerName, brokerId, brokerAddr };
    await client.invoke(address, UnregisterBroker, header, { timeoutMs: UNREGISTER_TIMEOUT_MS }).catch((error: unknown) => {
      logger.log('warn', 'not unregistered', { nameServer: address, error: messageOf(error) });
    });
  }

  private nextRound(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private async round(): Promise<void> {
    const told = this.waiting;
    this.waiting = [];
    const changed = [...this.changed.values()];
    this.changed.clear();
    const nowMs = this.options.clock.monotonic();
    const all = !this.registered || nowMs - this.sentAllMs >= this.options.periodMs;
    try {
      if (all) {
        this.sentAllMs = nowMs;
        await this.register('all');
      } else if (changed.length > 0) await this.register(changed);
    } finally {
      for (const resolve of told) resolve();
    }
  }

  private async register(topics: readonly TopicConfig[] | 'all'): Promise<void> {
    const { client, address, compressed, timeoutMs, identity, encode, logger } = this.options;
    const { clusterName, brokerName, brokerId, address: brokerAddr, haAddress: haServerAddr } = identity();
    const wasRegistered = this.registered;
    try {
      const body = encode(topics);
      const header = {
        clusterName,
        brokerName,
        brokerId,
        brokerAddr,
        haServerAddr,
        compressed,
        bodyCrc32: crc32(body),
        enableActingMaster: false,
      };
      const answer = await client.invoke(address, RegisterBroker, header, { body, timeoutMs, signal: this.stopping.signal });
      if (answer.code !== ResponseCode.SUCCESS) throw new OperationFailed('refused', `code ${answer.code}: ${answer.remark ?? ''}`);
      this.registered = true;
      if (!wasRegistered) logger.log('info', 'registered', { nameServer: address, broker: brokerAddr });
      this.options.onAnswer(answer.body);
    } catch (error) {
      this.registered = false;
      // Once for each outage, not for each attempt.
      if (!this.failureReported && !this.stopping.signal.aborted)
        logger.log('warn', 'not registered', { nameServer: address, error: messageOf(error) });
      this.failureReported = true;
      this.retrySoon();
      return;
    }
    this.failureReported = false;
    this.retryMs = FIRST_RETRY_MS;
  }

  private retrySoon(): void {
    if (this.stopping.signal.aborted || this.retryMs >= RETRY_MS) return;
    this.retry?.cancel();
    this.retry = this.options.clock.after(this.retryMs, () => this.loop.kick());
    this.retryMs *= 2;
  }
}
