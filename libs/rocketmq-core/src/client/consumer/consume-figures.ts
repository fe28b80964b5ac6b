import { type ConsumeStatus, type MessageQueue, ResponseCode } from '../../protocol/index.js';
import type { Clock } from '../../runtime/index.js';
import type { BrokerCalls } from '../instance/calls.js';
import { QueueMap } from '../queue-map.js';
import { RecentSums } from './recent-sums.js';

interface TopicSums {
  readonly pulls: RecentSums;
  readonly pulled: RecentSums;
  readonly calls: RecentSums;
  readonly consumed: RecentSums;
  readonly failed: RecentSums;
  readonly failedLastHour: RecentSums;
}

/** Milliseconds since the epoch, 0 for never. */
export interface QueueTimes {
  lastPull: number;
  lastConsume: number;
}

const minute = { bucketMs: 10_000, bucketCount: 6 };
const hour = { bucketMs: 60_000, bucketCount: 60 };

/** How fast and how well a consumer works, by topic of its queues (retries by the retry topic): of its pulls and its listener. As Java: ConsumerStatsManager. */
export class ConsumeFigures {
  private readonly topics = new Map<string, TopicSums>();
  private readonly queues = new QueueMap<QueueTimes>();

  constructor(private readonly clock: Clock) {}

  /**
   * A call of the listener has ended, with messages of `queue`.
   * @param startedMs monotonic
   */
  called(queue: MessageQueue, startedMs: number, consumedCount: number, failedCount: number): void {
    this.timesOf(queue).lastConsume = this.clock.now();
    const nowMs = this.clock.monotonic();
    const { calls, consumed, failed, failedLastHour } = this.sumsOf(queue.topic);
    calls.add(nowMs, nowMs - startedMs);
    consumed.add(nowMs, consumedCount);
    if (failedCount === 0) return;
    failed.add(nowMs, failedCount);
    failedLastHour.add(nowMs, failedCount);
  }

  /** The same pulls, with their time measured. */
  measuredPulls(calls: Pick<BrokerCalls, 'pull'>, queue: MessageQueue): Pick<BrokerCalls, 'pull'> {
    return {
      pull: async (address, header, limits) => {
        const startedMs = this.clock.monotonic();
        this.timesOf(queue).lastPull = this.clock.now();
        const answer = await calls.pull(address, header, limits);
        const nowMs = this.clock.monotonic();
        if (answer.code === ResponseCode.SUCCESS) this.sumsOf(queue.topic).pulls.add(nowMs, nowMs - startedMs);
        return answer;
      },
    };
  }

  pulled(topic: string, messages: number): void {
    this.sumsOf(topic).pulled.add(this.clock.monotonic(), messages);
  }

  timesOf(queue: MessageQueue): QueueTimes {
    let times = this.queues.get(queue);
    if (times === undefined) this.queues.set(queue, (times = { lastPull: 0, lastConsume: 0 }));
    return times;
  }

  statusOf(topic: string): ConsumeStatus {
    const nowMs = this.clock.monotonic();
    const { pulls, pulled, calls, consumed, failed, failedLastHour } = this.sumsOf(topic);
    return {
      pullRT: pulls.read(nowMs).mean,
      pullTPS: pulled.read(nowMs).perSecond,
      consumeRT: calls.read(nowMs).mean,
      consumeOKTPS: consumed.read(nowMs).perSecond,
      consumeFailedTPS: failed.read(nowMs).perSecond,
      consumeFailedMsgs: failedLastHour.read(nowMs).sum,
    };
  }

  private sumsOf(topic: string): TopicSums {
    let sums = this.topics.get(topic);
    if (sums === undefined) this.topics.set(topic, (sums = newSums(this.clock.monotonic())));
    return sums;
  }
}

function newSums(nowMs: number): TopicSums {
  const lastMinute = () => new RecentSums(minute, nowMs);
  return {
    ...{ pulls: lastMinute(), pulled: lastMinute(), calls: lastMinute(), consumed: lastMinute(), failed: lastMinute() },
    failedLastHour: new RecentSums(hour, nowMs),
  };
}
