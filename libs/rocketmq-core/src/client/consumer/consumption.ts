import { messageOf } from '../../base/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import type { Clock, FileSystem, Logger } from '../../runtime/index.js';
import type { DroppedMessage } from '../config/broadcast-options.js';
import type { PushConsumerSettings } from '../config/consumer-options.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteFinder } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';
import type { BatchListener } from '../message-types.js';
import type { GroupOffsets } from '../offsets/group-offsets.js';
import { LocalOffsets } from '../offsets/local-offsets.js';
import { RemoteOffsets } from '../offsets/remote-offsets.js';
import { ConcurrentDelivery } from './concurrent-delivery.js';
import type { ConsumeFigures } from './consume-figures.js';
import { Custody } from './custody.js';
import type { Delivery } from './delivery.js';
import { LockLoop } from './lock-loop.js';
import { OrderlyDelivery } from './orderly-delivery.js';
import type { ProcessQueue } from './process-queue.js';
import { messageIdOf, plainBody } from '../received-message.js';
import type { FailedMessage, Redelivery } from './redelivery.js';

export interface ConsumptionParts {
  readonly settings: PushConsumerSettings;
  readonly listener: BatchListener;
  readonly figures: Pick<ConsumeFigures, 'called'>;
  readonly clientId: string;
  /** Name of this client's folder of offsets. */
  readonly localId: string;
  readonly calls: BrokerCalls;
  readonly table: RouteTable;
  readonly routes: RouteFinder;
  readonly redelivery: Pick<Redelivery, 'handBack' | 'giveUp'>;
  readonly progress: (processQueue: ProcessQueue) => void;
  /** The lock of a queue is lost. */
  readonly lost: (queue: MessageQueue) => void;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The parts of a consumer that differ with its way to consume. */
export interface Consumption {
  readonly delivery: Delivery;
  readonly offsets: GroupOffsets;
  /** Of a consumer that has its queues under lock. */
  readonly locked: { readonly locks: LockLoop; readonly custody: Custody } | undefined;
  /** What a pull may tell the broker to store. */
  readonly committable: (queue: MessageQueue) => number | undefined;
}

/** Failures of an orderly message before it is a dead letter, unless the consumer says otherwise. */
const ORDERLY_RECONSUME_TIMES = 16;

export function consumptionOf(parts: ConsumptionParts): Consumption {
  const { settings } = parts;
  if (settings.messageModel === 'BROADCASTING') return broadcasting(parts);
  return settings.orderly ? locked(parts) : shared(parts);
}

function shared(parts: ConsumptionParts): Consumption {
  const offsets = new RemoteOffsets({ ...parts, group: parts.settings.group });
  return {
    delivery: concurrent(parts, parts.redelivery),
    offsets,
    locked: undefined,
    committable: (queue) => offsets.read(queue),
  };
}

function locked(parts: ConsumptionParts): Consumption {
  const { group, lockIntervalMs: periodMs, lockMaxLiveTimeMs: lifeMs } = parts.settings;
  const locks = new LockLoop({ ...parts, group, periodMs, lifeMs });
  const isHeld = (queue: MessageQueue) => locks.isHeld(queue);
  const offsets = new RemoteOffsets({ ...parts, group, mayCommit: isHeld });
  const delivery = ordered(parts, { isHeld, giveUp: (failed) => parts.redelivery.giveUp(failed) });
  const custody = new Custody({ locks, delivery });
  return { delivery, offsets, locked: { locks, custody }, committable: (queue) => (isHeld(queue) ? offsets.read(queue) : undefined) };
}

function broadcasting(parts: ConsumptionParts): Consumption {
  const { settings, localId, logger, files } = parts;
  const path = `${settings.localOffsetStoreDir}/${localId}/${settings.group}/offsets.json`;
  const drop = (failed: Pick<FailedMessage, 'message' | 'queue'>) => Promise.resolve(dropped(parts, failed));
  return {
    delivery: settings.orderly ? ordered(parts, { isHeld: () => true, giveUp: drop }) : concurrent(parts, { handBack: drop }),
    offsets: new LocalOffsets({ files, path, logger }),
    locked: undefined,
    committable: () => undefined,
  };
}

function concurrent(parts: ConsumptionParts, redelivery: Pick<Redelivery, 'handBack'>): ConcurrentDelivery {
  const { group, concurrency, consumeTimeoutMs, consumeMessageBatchMaxSize: batchSizeMax } = parts.settings;
  return new ConcurrentDelivery({ ...parts, group, redelivery, consumeTimeoutMs, batchSizeMax }, concurrency);
}

interface Order {
  readonly isHeld: (queue: MessageQueue) => boolean;
  readonly giveUp: (failed: FailedMessage) => Promise<boolean>;
}

function ordered(parts: ConsumptionParts, { isHeld, giveUp }: Order): OrderlyDelivery {
  const { settings } = parts;
  const { group, consumeTimeoutMs, maxReconsumeTimes = ORDERLY_RECONSUME_TIMES } = settings;
  return new OrderlyDelivery(
    {
      ...parts,
      ...{ group, consumeTimeoutMs, maxReconsumeTimes, isHeld },
      batchSizeMax: settings.consumeMessageBatchMaxSize,
      suspendMs: settings.suspendCurrentQueueTimeMs,
      consumeContinuouslyMs: settings.maxTimeConsumeContinuouslyMs,
      giveUp: ({ message, localFailures }, queue, reason) => giveUp({ message, localFailures, queue, reason }),
    },
    settings.concurrency,
  );
}

// As Java: ConsumeMessageConcurrentlyService drops what fails in broadcasting mode. Nobody else keeps it, so the offset may pass.
function dropped({ settings, logger }: ConsumptionParts, { message, queue }: Pick<FailedMessage, 'message' | 'queue'>): true {
  const about = { group: settings.group, messageId: messageIdOf(message) };
  logger.log('warn', 'a message of a broadcast failed and is dropped', about);
  try {
    settings.onDropped?.({ ...about, queue, queueOffset: message.queueOffset, properties: message.properties, body: readable(message) });
  } catch (error) {
    logger.log('error', 'onDropped failed', { ...about, error: messageOf(error) });
  }
  return true;
}

function readable(message: FailedMessage['message']): DroppedMessage['body'] {
  try {
    return plainBody(message);
  } catch {
    return undefined;
  }
}
