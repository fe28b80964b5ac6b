/** What a queue holds that is not consumed yet. */
export interface HeldWindow {
  readonly count: number;
  readonly bytes: number;
  /** Distance of the first and the last offset. */
  readonly span: number;
}

export interface WindowLimits {
  readonly count: number;
  readonly sizeMib: number;
  readonly span: number;
}

interface PullSettings {
  readonly orderly: boolean;
  /** Messages. */
  readonly pullThresholdForQueue: number;
  /** MiB. */
  readonly pullThresholdSizeForQueue: number;
  /** Of all queues together. */
  readonly pullThresholdForTopic: number | undefined;
  readonly pullThresholdSizeForTopic: number | undefined;
  readonly consumeConcurrentlyMaxSpan: number;
}

const MIB = 1024 * 1024;

/**
 * Which limit the held messages pass, at this share of the limits. Whole MiB count, as in Java: DefaultMQPushConsumerImpl.pullMessage,
 * DefaultLitePullConsumerImpl.PullTaskImpl.
 */
export function fullness({ count, bytes, span }: HeldWindow, limits: WindowLimits, share = 1): 'count' | 'size' | 'span' | undefined {
  if (count > limits.count * share) return 'count';
  if (Math.floor(bytes / MIB) > limits.sizeMib * share) return 'size';
  return span > limits.span * share ? 'span' : undefined;
}

/** Limits for all queues together are shared among them, those of an orderly consumer know no span. As Java: RebalancePushImpl.messageQueueChanged. */
export function queueLimits(settings: PullSettings, queueCount: number): WindowLimits {
  const shared = (total: number | undefined, perQueue: number) =>
    total === undefined ? perQueue : Math.max(1, Math.floor(total / Math.max(1, queueCount)));
  return {
    count: shared(settings.pullThresholdForTopic, settings.pullThresholdForQueue),
    sizeMib: shared(settings.pullThresholdSizeForTopic, settings.pullThresholdSizeForQueue),
    span: settings.orderly ? Infinity : settings.consumeConcurrentlyMaxSpan,
  };
}
