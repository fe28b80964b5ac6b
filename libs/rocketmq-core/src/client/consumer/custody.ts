import type { MessageQueue } from '../../protocol/index.js';
import type { LockLoop } from './lock-loop.js';
import type { OrderlyDelivery } from './orderly-delivery.js';
import type { ProcessQueue } from './process-queue.js';

/** As Java: RebalancePushImpl.tryRemoveOrderMessageQueue, UNLOCK_DELAY_TIME_MILLS. */
const LISTENER_WAIT_MS = 20_000;

export interface CustodyParts {
  readonly locks: Pick<LockLoop, 'lock' | 'unlock' | 'isHeld'>;
  readonly delivery: Pick<OrderlyDelivery, 'close' | 'isBusy'>;
}

/** Sees to it that nobody else has a queue: from before its offset is read until after its last commit. */
export class Custody {
  constructor(private readonly parts: CustodyParts) {}

  /** @returns false when another consumer has the queue, or when a call of before still runs here */
  async acquire(queue: MessageQueue): Promise<boolean> {
    const { locks, delivery } = this.parts;
    return !delivery.isBusy(queue) && (await locks.lock(queue));
  }

  holds(queue: MessageQueue): boolean {
    return this.parts.locks.isHeld(queue);
  }

  /** No further message of the queue is delivered; resolves when the running call has ended, or nobody waits for it any longer. */
  async quiet(processQueue: ProcessQueue): Promise<void> {
    await this.parts.delivery.close(processQueue, LISTENER_WAIT_MS);
  }

  /** For another consumer. */
  release(queue: MessageQueue): Promise<void> {
    return this.parts.locks.unlock([queue]);
  }

  /** The queues whose listener still runs stay locked until their locks expire at the broker: nobody will renew them. */
  releaseAll(queues: readonly MessageQueue[]): Promise<void> {
    return this.parts.locks.unlock(queues.filter((queue) => !this.parts.delivery.isBusy(queue)));
  }
}
