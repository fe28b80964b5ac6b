import type { MessageQueue } from '../../protocol/index.js';

/** As Java: RebalanceLockManager.REBALANCE_LOCK_MAX_LIVE_TIME. */
const LIFE_MS = 60_000;

interface Lock {
  clientId: string;
  renewedAtMs: number;
}

// Names come from the wire; their lengths make the key unambiguous whatever they hold.
const keyOf = (queue: MessageQueue) => `${queue.topic.length}:${queue.topic}${queue.brokerName.length}:${queue.brokerName}${queue.queueId}`;

/** Which client of a group consumes a queue in order. As Java: RebalanceLockManager. Times are monotonic milliseconds. */
export class QueueLockTable {
  private readonly groups = new Map<string, Map<string, Lock>>();

  /** @param lifeMs a lock that is not renewed for longer than this is free */
  constructor(private readonly lifeMs = LIFE_MS) {}

  /** @returns the queues the client holds now */
  lock(owner: { group: string; clientId: string }, queues: readonly MessageQueue[], nowMs: number): MessageQueue[] {
    let locks = this.groups.get(owner.group);
    if (locks === undefined) this.groups.set(owner.group, (locks = new Map<string, Lock>()));
    const granted: MessageQueue[] = [];
    for (const queue of queues) {
      const key = keyOf(queue);
      const held = locks.get(key);
      if (held !== undefined && held.clientId !== owner.clientId && this.isLive(held, nowMs)) continue;
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

  /** Whether any queue is locked for the group: it then consumes in order. As Java: the opposite of isLockAllExpired. */
  isHeldBy(group: string, nowMs: number): boolean {
    for (const lock of this.groups.get(group)?.values() ?? []) if (this.isLive(lock, nowMs)) return true;
    return false;
  }

  dropExpired(nowMs: number): void {
    for (const [group, locks] of this.groups) {
      for (const [key, lock] of locks) if (!this.isLive(lock, nowMs)) locks.delete(key);
      if (locks.size === 0) this.groups.delete(group);
    }
  }

  get size(): number {
    let count = 0;
    for (const locks of this.groups.values()) count += locks.size;
    return count;
  }

  private isLive(lock: Lock, nowMs: number): boolean {
    return nowMs - lock.renewedAtMs <= this.lifeMs;
  }
}
