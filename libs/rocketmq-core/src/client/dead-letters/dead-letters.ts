import { isOperationFailed } from '../../base/index.js';
import { DLQ_PREFIX, dlqTopic } from '../../protocol/index.js';
import type { Clock } from '../../runtime/index.js';
import type { AdminCallLimits } from '../admin/admin-call.js';
import type { AdminClient } from '../admin/admin-client.js';
import { ranged } from '../config/ranges.js';
import { InvalidInput } from '../errors.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteTable } from '../instance/route-table.js';
import { compareQueues } from '../message-queues.js';
import type { Sender } from '../producer/sender.js';
import type { QueueReader } from '../reading/queue-reader.js';
import { type DeadLetter, deadLetterOf, type DeadLetterPlace } from './dead-letter.js';
import { RedriveLock } from './redrive-lock.js';
import { progressGroupOf, type RedriveOptions, type RedriveResult, redriveSettings } from './redrive-options.js';
import { type DeadLetterQueue, RedriveRun } from './redrive-run.js';

export interface DeadLetterParts {
  readonly admin: AdminClient;
  readonly calls: Pick<BrokerCalls, 'lockQueues' | 'unlockQueues'>;
  readonly table: Pick<RouteTable, 'masterAddress'>;
  readonly refresh: (topic: string) => Promise<unknown>;
  readonly reader: QueueReader;
  readonly sender: Sender;
  readonly clientId: string;
  readonly clock: Clock;
  readonly callTimeoutMs: number;
  readonly sendTimeoutMs: number;
}

/** The dead letters of one group. */
export interface DeadLetterCount {
  readonly group: string;
  readonly topic: string;
  /** Those that are still stored. */
  readonly messages: number;
  /** Those of them that no redrive with the usual progress group has passed. */
  readonly pending: number;
  /** When the last one was stored, milliseconds since the epoch; undefined when there is none. */
  readonly lastAt: number | undefined;
}

export interface PeekOptions extends AdminCallLimits {
  /** Where the page begins: `next` of the page before. Default: with the oldest. */
  readonly from?: DeadLetterPlace;
  /** Messages at most, 1 to 1024. Default 32. */
  readonly limit?: number;
}

export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** Where the next page begins; undefined behind the last one. */
  readonly next: DeadLetterPlace | undefined;
}

/** Brokers know it from the beginning, for tools that read. As Java: MixAll.TOOLS_CONSUMER_GROUP. */
const TOOLS_GROUP = 'TOOLS_CONSUMER';
const PAGE = 32;
const PAGE_MAX = 1024;

/**
 * What consumer groups gave up: counts, a look at it, and the way back. Made by `ClientInstance.deadLetters`; consumes nothing, and joins no group.
 * All of them throw CallRefused and OperationFailed.
 */
export class DeadLetters {
  private runs = 0;

  constructor(private readonly parts: DeadLetterParts) {}

  /** @param groups default: every group that ever had a dead letter */
  async list(groups?: readonly string[], limits: AdminCallLimits = {}): Promise<readonly DeadLetterCount[]> {
    const { topics } = this.parts.admin;
    const named = groups ?? (await topics.list(limits)).filter((topic) => topic.startsWith(DLQ_PREFIX)).map(groupOf);
    return Promise.all([...new Set(named)].sort().map((group) => this.count(group, limits)));
  }

  /** A page of dead letters, the oldest of each broker first. They stay where they are. */
  async peek(group: string, { from, limit, ...limits }: PeekOptions = {}): Promise<DeadLetterPage> {
    const countMax = ranged('limit', limit, PAGE, [1, PAGE_MAX]);
    const letters: DeadLetter[] = [];
    const start = from && { topic: dlqTopic(group), brokerName: from.brokerName, queueId: from.queueId };
    for (const { queue, minOffset, maxOffset } of await this.queuesOf(group, limits)) {
      const order = start === undefined ? 1 : compareQueues(queue, start);
      if (order < 0) continue;
      let offset = order === 0 ? Math.max(minOffset, from?.queueOffset ?? 0) : minOffset;
      while (offset < maxOffset) {
        const left = countMax - letters.length;
        if (left === 0) return { letters, next: { brokerName: queue.brokerName, queueId: queue.queueId, queueOffset: offset } };
        const place = { group: TOOLS_GROUP, queue, queueOffset: offset, countMax: Math.min(left, PAGE) };
        const { messages, nextOffset } = await this.parts.reader.read(place, limits.signal);
        letters.push(...messages.map((message) => deadLetterOf(group, message, queue)));
        if (nextOffset <= offset) break;
        offset = nextOffset;
      }
    }
    return { letters, next: undefined };
  }

  /**
   * Sends dead letters again. They stay in their topic; how far redrives have come is the offset of a group of its own, so that a later redrive goes on
   * behind it; after a crash it may begin with the last message once more. What `tag`, `key` or `select` leave is passed like what is redriven: `from: 'first'` or another `progressGroup` comes
   * back to it.
   * @throws InvalidInput, also for `to: 'group'` when the group consumes in order: such a group takes what is sent to its retry topic for dead at once
   * @throws OperationFailed `refused` while another redrive of the group runs, wherever
   */
  async redrive(group: string, options: RedriveOptions = {}): Promise<RedriveResult> {
    const settings = redriveSettings(group, options);
    const { clientId, calls, table, clock, admin, callTimeoutMs: timeoutMs, reader, sender, sendTimeoutMs } = this.parts;
    const queues = await this.queuesOf(group, options.signal === undefined ? {} : { signal: options.signal });
    if (settings.to === 'group') await this.assertTakesRetries(group, queues);
    const run = { settings, queues, reader, offsets: admin.offsets, sender, clock, sendTimeoutMs };
    if (settings.dryRun) return new RedriveRun({ ...run, readingGroup: TOOLS_GROUP, lock: undefined }).run();
    this.runs += 1;
    const lock = new RedriveLock(
      {
        ...{ calls, clock, timeoutMs },
        group: settings.progressGroup,
        clientId: `${clientId}#${this.runs}`,
        addressOf: (brokerName) => table.masterAddress(brokerName),
      },
      queues.map(({ queue }) => queue),
    );
    try {
      await lock.hold();
      // Reading in the name of the progress group makes it known to the brokers, which keep no offset of a group that they do not know.
      return await new RedriveRun({ ...run, readingGroup: settings.progressGroup, lock }).run();
    } finally {
      await lock.release();
    }
  }

  private async count(group: string, limits: AdminCallLimits): Promise<DeadLetterCount> {
    const { offsets, topics } = this.parts.admin;
    let [messages, pending, lastAt] = [0, 0, 0];
    for (const [queue, { minOffset, maxOffset, lastUpdateTimestamp }] of await topics.stats(dlqTopic(group), limits)) {
      if (maxOffset <= minOffset) continue;
      const passed = await offsets.consumerOffset(progressGroupOf(group), queue, limits);
      messages += maxOffset - minOffset;
      pending += maxOffset - Math.min(maxOffset, Math.max(minOffset, passed ?? minOffset));
      lastAt = Math.max(lastAt, lastUpdateTimestamp);
    }
    return { group, topic: dlqTopic(group), messages, pending, lastAt: messages === 0 ? undefined : lastAt };
  }

  private async queuesOf(group: string, limits: AdminCallLimits): Promise<readonly DeadLetterQueue[]> {
    const topic = dlqTopic(group);
    const rows = await this.parts.admin.topics.stats(topic, limits);
    if (rows.length > 0) await this.parts.refresh(topic);
    return rows
      .map(([queue, { minOffset, maxOffset }]) => ({ queue, minOffset, maxOffset }))
      .sort((a, b) => compareQueues(a.queue, b.queue));
  }

  private async assertTakesRetries(group: string, queues: readonly DeadLetterQueue[]): Promise<void> {
    const { admin, table } = this.parts;
    for (const brokerName of new Set(queues.map(({ queue }) => queue.brokerName))) {
      const address = table.masterAddress(brokerName);
      const online = address === undefined ? undefined : await admin.groups.connections(group, address);
      const [member] = online?.connectionSet ?? [];
      if (member !== undefined && (await this.consumesInOrder(group, member.clientId))) {
        throw new InvalidInput('to', `group ${group} consumes in order and takes no retries: redrive to the topic`);
      }
    }
  }

  private async consumesInOrder(group: string, clientId: string): Promise<boolean> {
    try {
      const { properties } = await this.parts.admin.clients.runningInfo({ group, clientId });
      return properties.get('PROP_CONSUMEORDERLY') === 'true';
    } catch (error) {
      // It left meanwhile, or does not tell.
      if (isOperationFailed(error)) return false;
      throw error;
    }
  }
}

const groupOf = (topic: string): string => topic.slice(DLQ_PREFIX.length);
