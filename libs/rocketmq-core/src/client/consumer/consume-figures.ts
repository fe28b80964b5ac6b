import { type ConsumeStatus, type MessageQueue, ResponseCode } from '../../protocol/index.js';
import type { Clock } from '../../runtime/index.js';
import type { BrokerCalls } from '../instance/calls.js';
import { queueKey } from '../message-queues.js';
import type { BatchListener, BatchResult, ReceivedMessage } from '../message-types.js';
import { RecentSums } from './recent-sums.js';
import { verdictsOf } from './verdicts.js';

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

// By its method: a promise may come from another realm.
const isPromise = (result: ReturnType<BatchListener>): result is Promise<Awaited<ReturnType<BatchListener>>> =>
  typeof (result as { then?: unknown } | undefined)?.then === 'function';

const minute = { bucketMs: 10_000, bucketCount: 6 };
const hour = { bucketMs: 60_000, bucketCount: 60 };

/** How fast and how well a consumer works, by topic: measured around its pulls and its listener. As Java: ConsumerStatsManager. */
export class ConsumeFigures {
  private readonly topics = new Map<string, TopicSums>();
  private readonly queues = new Map<string, QueueTimes>();

  constructor(private readonly clock: Clock) {}

  /** The same listener, with its time and outcome measured. A listener that answers at once still does: most of them are called very often. */
  measuredListener(listener: BatchListener): BatchListener {
    return (messages, context) => {
      const startedMs = this.clock.monotonic();
      const ended = (results: ReturnType<BatchListener>) => {
        this.consumed(messages, { startedMs, queue: context.queue }, results as BatchResult);
        return results;
      };
      const failed = (error: unknown): never => {
        this.consumed(messages, { startedMs, queue: context.queue }, 'failed');
        throw error;
      };
      let result: ReturnType<BatchListener>;
      try {
        result = listener(messages, context);
      } catch (error) {
        return failed(error);
      }
      return isPromise(result) ? result.then(ended, failed) : ended(result);
    };
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
    const key = queueKey(queue);
    let times = this.queues.get(key);
    if (times === undefined) this.queues.set(key, (times = { lastPull: 0, lastConsume: 0 }));
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

  private consumed(
    messages: readonly ReceivedMessage[],
    { startedMs, queue }: { readonly startedMs: number; readonly queue: MessageQueue },
    result: BatchResult | 'failed',
  ): void {
    this.timesOf(queue).lastConsume = this.clock.now();
    const topic = messages[0]?.topic;
    if (topic === undefined) return;
    const nowMs = this.clock.monotonic();
    const sums = this.sumsOf(topic);
    const failed = failuresOf(result, messages.length);
    sums.calls.add(nowMs, nowMs - startedMs);
    sums.consumed.add(nowMs, messages.length - failed);
    if (failed === 0) return;
    sums.failed.add(nowMs, failed);
    sums.failedLastHour.add(nowMs, failed);
  }

  private sumsOf(topic: string): TopicSums {
    let sums = this.topics.get(topic);
    if (sums === undefined) this.topics.set(topic, (sums = newSums(this.clock.monotonic())));
    return sums;
  }
}

function failuresOf(result: BatchResult | 'failed', messageCount: number): number {
  if (result === 'failed' || (Array.isArray(result) && result.length !== messageCount)) return messageCount;
  return verdictsOf(result, messageCount).filter((verdict) => verdict !== undefined).length;
}

function newSums(nowMs: number): TopicSums {
  const lastMinute = () => new RecentSums(minute, nowMs);
  return {
    ...{ pulls: lastMinute(), pulled: lastMinute(), calls: lastMinute(), consumed: lastMinute(), failed: lastMinute() },
    failedLastHour: new RecentSums(hour, nowMs),
  };
}
