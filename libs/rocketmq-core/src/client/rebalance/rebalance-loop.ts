import { messageOf } from '../../base/index.js';
import { isRetryTopic, type MessageQueue } from '../../protocol/index.js';
import { queueText } from '../message-queues.js';
import { Loop, type Clock, type Logger, type Timer } from '../../runtime/index.js';
import { allocate, type AllocateStrategy } from './allocate.js';

export interface RebalanceParts {
  readonly group: string;
  readonly clientId: string;
  readonly strategy: AllocateStrategy;
  readonly topics: () => readonly string[];
  /** All queues of a topic that can be read. */
  readonly queues: (topic: string) => readonly MessageQueue[];
  /** Asks the name servers for a topic without queues. */
  readonly find: (topic: string) => Promise<unknown>;
  /** The client ids of the group; without it the queues are not shared. @throws OperationFailed when no broker of the topic tells */
  readonly members: ((topic: string) => Promise<readonly string[]>) | undefined;
  readonly apply: (topic: string, queues: readonly MessageQueue[]) => Promise<{ readonly changed: boolean; readonly complete: boolean }>;
  /** The queues of the topic are others now. */
  readonly changed: (topic: string) => Promise<void>;
  /** Told when queues that this consumer had a share of begin to move, and when all members could take what is theirs. */
  readonly moving?: (moving: boolean) => void;
  /** Between two rounds, ms; default 20000. */
  readonly periodMs?: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** As Java: RebalanceService, rocketmq.client.rebalance.waitInterval and minInterval. */
const PERIOD_MS = 20_000;
const RETRY_MS = 1000;
/** Rounds after the start that look for missing topics at once: the first heartbeat makes the broker create the retry topic. */
const QUICK_ROUNDS = 5;

/** Shares the queues of each topic among the members of the group, again and again. As Java: RebalanceImpl. */
export class RebalanceLoop {
  private readonly loop: Loop;
  private retry: Timer | undefined;
  private stopped = false;
  private quickRounds = QUICK_ROUNDS;
  /** What was this consumer's share of each topic, as text. */
  private readonly shares = new Map<string, string>();
  private moves = false;

  constructor(private readonly parts: RebalanceParts) {
    const { clock, logger, periodMs = PERIOD_MS } = parts;
    this.loop = new Loop({ name: 'rebalance', clock, logger, periodMs, run: () => this.round() });
  }

  start(): void {
    this.loop.start();
    this.loop.kick();
  }

  /** Something changed: a round begins now, or after the present one. */
  kick(): void {
    this.loop.kick();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.retry?.cancel();
    await this.loop.stop();
  }

  private async round(): Promise<void> {
    this.retry?.cancel();
    let balanced = true;
    for (const topic of this.parts.topics()) {
      if (this.stopped) return;
      const done = await this.rebalance(topic);
      balanced &&= done;
    }
    if (balanced) this.move(false);
    this.quickRounds = Math.max(0, this.quickRounds - 1);
    if (!balanced && !this.stopped) this.retry = this.parts.clock.after(RETRY_MS, () => this.loop.kick());
  }

  /** @returns whether this consumer has what it should have */
  private async rebalance(topic: string): Promise<boolean> {
    const { group, logger, apply, changed } = this.parts;
    try {
      const all = await this.queuesOf(topic);
      // A topic that is not there keeps the queues that it had. As Java: rebalanceByTopic.
      if (all.length === 0) return this.quickRounds === 0;
      const mine = await this.shareOf(topic, all);
      if (mine === undefined) return false;
      this.compare(topic, mine);
      const result = await apply(topic, mine);
      if (result.changed && !this.stopped) {
        logger.log('info', 'queues changed', { group, topic, queues: mine.length, of: all.length });
        await changed(topic);
      }
      return result.complete;
    } catch (error) {
      logger.log('warn', 'rebalance failed', { group, topic, error: messageOf(error) });
      // The broker of a retry topic may know nothing of the group yet. As Java: doRebalance.
      return isRetryTopic(topic);
    }
  }

  /** The first share of a topic moves nothing. */
  private compare(topic: string, mine: readonly MessageQueue[]): void {
    const share = mine.map(queueText).sort().join();
    const before = this.shares.get(topic);
    this.shares.set(topic, share);
    if (before !== undefined && before !== share) this.move(true);
  }

  private move(moving: boolean): void {
    if (this.moves === moving || this.stopped) return;
    this.moves = moving;
    this.parts.moving?.(moving);
  }

  private async shareOf(topic: string, queues: readonly MessageQueue[]): Promise<readonly MessageQueue[] | undefined> {
    const { group, clientId, strategy, members } = this.parts;
    if (members === undefined) return queues;
    const clientIds = await members(topic);
    return clientIds.length === 0 ? undefined : allocate(strategy, { group, clientId, queues, clientIds });
  }

  private async queuesOf(topic: string): Promise<readonly MessageQueue[]> {
    const known = this.parts.queues(topic);
    if (known.length > 0) return known;
    await this.parts.find(topic);
    return this.parts.queues(topic);
  }
}
