import type { PushConsumerOptions } from 'rocketmq-core/client';
import { ListenerConflictError } from '../errors/listener-conflict.error.js';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';
import type { ConsumerTuning, ListenerSettings } from '../listener/listener-options.js';
import { startPosition } from './start-position.js';

/** The consumer of a group, but for what it subscribes to. */
export type ConsumerSettings = Omit<PushConsumerOptions, 'group' | 'subscriptions' | 'onMessage' | 'onBatch'>;

export function conflict(group: string, first: ListenerEndpoint, second: ListenerEndpoint, reason: string): ListenerConflictError {
  return new ListenerConflictError(`${first.settings.name} and ${second.settings.name} share the group ${group}, but ${reason}`);
}

const same = (a: unknown, b: unknown) =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b));

interface Reading<T> {
  readonly key: string;
  readonly of: (settings: ListenerSettings) => T | undefined;
}

// What one listener says and another leaves open is said for both.
function agreed<T>(group: string, endpoints: readonly ListenerEndpoint[], { key, of }: Reading<T>): T | undefined {
  const [first, ...others] = endpoints.filter(({ settings }) => of(settings) !== undefined);
  if (first === undefined) return undefined;
  const value = of(first.settings);
  const other = others.find(({ settings }) => !same(of(settings), value));
  if (other) throw conflict(group, first, other, `their ${key} differs`);
  return value;
}

// How messages are handed over is no matter of settings that one may leave open.
function shared(group: string, endpoints: readonly ListenerEndpoint[]): void {
  const ways: readonly [of: (settings: ListenerSettings) => unknown, reason: string][] = [
    [({ orderly }) => orderly, 'only one of them consumes in order'],
    [({ broadcasting = false }) => broadcasting, 'only one of them is broadcast to'],
    [({ batch }) => batch !== undefined, 'only one of them takes batches'],
  ];
  for (const [of, reason] of ways) {
    const [first] = endpoints;
    const other = endpoints.find(({ settings }) => first !== undefined && of(settings) !== of(first.settings));
    if (first !== undefined && other !== undefined) throw conflict(group, first, other, reason);
  }
}

function tuning(group: string, endpoints: readonly ListenerEndpoint[]): ConsumerTuning {
  const keys = new Set(endpoints.flatMap(({ settings }) => Object.keys(settings.consumer ?? {}) as (keyof ConsumerTuning)[]));
  return Object.fromEntries([...keys].map((key) => [key, agreed(group, endpoints, { key, of: ({ consumer }) => consumer?.[key] })]));
}

/**
 * What the listeners of a group say together: it is the consumer's, not the method's.
 * @throws ListenerConflictError, which names two methods
 */
export function consumerSettings(group: string, endpoints: readonly ListenerEndpoint[]): ConsumerSettings {
  shared(group, endpoints);
  const [first] = endpoints;
  const batch = agreed(group, endpoints, { key: 'batch', of: (settings) => settings.batch });
  const optional = {
    concurrency: agreed(group, endpoints, { key: 'concurrency', of: (settings) => settings.concurrency }),
    maxReconsumeTimes: agreed(group, endpoints, { key: 'maxReconsumeTimes', of: (settings) => settings.maxReconsumeTimes }),
    consumeTimeoutMs: agreed(group, endpoints, { key: 'consumeTimeoutMs', of: (settings) => settings.consumeTimeoutMs }),
    consumeMessageBatchMaxSize: batch?.size,
  };
  return {
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    ...tuning(group, endpoints),
    ...startPosition(agreed(group, endpoints, { key: 'consumeFrom', of: (settings) => settings.consumeFrom })),
    ...(first?.settings.orderly && { orderly: true }),
    ...(first?.settings.broadcasting && { messageModel: 'BROADCASTING' as const }),
  };
}
