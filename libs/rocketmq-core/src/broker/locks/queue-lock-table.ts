import type { MessageQueue } from '../../protocol/index.js';

/** A lock that is not renewed for this long is free. As Java: RebalanceLockManager.REBALANCE_LOCK_MAX_LIVE_TIME. */
const LOCK_LIFE_MS = 60_000;

interface Lock {
  clientId: string;
  renewedAtMs: number;
}

// Names come from the wire; their lengths make the key unambiguous whatever they hold.
const keyOf = (queue: MessageQueue) => `${queue.topic.length}:${queue.topic}${queue.brokerName.length}:${queue.brokerName}${queue.queueId}`;
const isLive = (lock: Lock, nowMs: number) => nowMs - lock.renewedAtMs <= LOCK_LIFE_MS;

/** Which client of a group consumes a queue in order. As Java: RebalanceLockManager. Times are monotonic milliseconds. */
export class QueueLockTable {
  private readonly groups = new Map<string, Map<string, Lock>>();

  /** @returns the queues the client holds now */
  lock(owner: { group: string; clientId: string }, queues: readonly MessageQueue[], nowMs: number): MessageQueue[] {
    let locks = this.groups.get(owner.group);
    if (locks === undefined) this.groups.set(owner.group, (locks = new Map<string, Lock>()));
    const granted: MessageQueue[] = [];
    for (const queue of queues) {
      const key = keyOf(queue);
      const held = locks.get(key);
      if (held !== undefined && held.clientId !== owner.clientId && isLive(held, nowMs)) continue;
      locks.set(key, { clientId: owner.clientId, renewedAtMs: nowMs });
      granted.push(queue);
    }
    return granted;
  }

  /** Locks of other clients stay. */
  unlock(owner: { group: string; clientId: string }, queues: readonly MessageQueue[]): void {
    const locks = this.groups.get(owner.group);
    if (locks === undefined) return;
    for (const queue of queues) {
      const key = keyOf(queue);
      if (locks.get(key)?.clientId === owner.clientId) locks.delete(key);
    }
    if (locks.size === 0) this.groups.delete(owner.group);
  }

  dropExpired(nowMs: number): void {
    for (const [group, locks] of this.groups) {
      for (const [key, lock] of locks) if (!isLive(lock, nowMs)) locks.delete(key);
      if (locks.size === 0) this.groups.delete(group);
    }
  }

  get size(): number {
    let count = 0;
    for (const locks of this.groups.values()) count += locks.size;
    return count;
  }
}
