import type { Peer } from '../../remoting/index.js';
import type { ArrivalListener } from '../../store/index.js';

/** A pull that found nothing and waits for a message. */
export interface HeldPull {
  readonly topic: string;
  readonly queueId: number;
  /** The first offset it has not seen. */
  readonly queueOffset: number;
  readonly peer: Peer;
  /** Monotonic milliseconds. */
  readonly deadlineMs: number;
  /** Undefined when every message matches. */
  readonly matches: ((tagsCode: bigint) => boolean) | undefined;
  /** Undefined when every property text matches. */
  readonly matchesProperties?: ((propertyText: string) => boolean) | undefined;
  /** Looks into the queue once more and answers, whatever is found. */
  readonly answer: () => void;
}

export interface HeldPullsOptions {
  /** Pulls held at the same time; further ones are answered at once. */
  readonly heldMax: number;
  readonly maxQueueOffset: (topic: string, queueId: number) => number;
}

/**
 * Pulls that wait, by queue. Memory only: a restart closes their connections anyway. Invariant: a held pull is in `queues` and in `byPeer`, or in
 * neither. As Java: PullRequestHoldService.
 */
export class HeldPulls implements ArrivalListener {
  private readonly queues = new Map<string, Map<number, HeldPull[]>>();
  private readonly byPeer = new Map<number, Set<HeldPull>>();
  private ready: HeldPull[] = [];
  private heldCount = 0;

  constructor(private readonly options: HeldPullsOptions) {}

  get size(): number {
    return this.heldCount;
  }

  /** @returns false when it is not held: the limit is reached or the peer is gone */
  hold(pull: HeldPull): boolean {
    if (this.heldCount >= this.options.heldMax || pull.peer.closed) return false;
    let queue = this.queues.get(pull.topic);
    if (queue === undefined) this.queues.set(pull.topic, (queue = new Map<number, HeldPull[]>()));
    const held = queue.get(pull.queueId);
    if (held === undefined) queue.set(pull.queueId, [pull]);
    else held.push(pull);
    this.peerSet(pull.peer).add(pull);
    this.heldCount += 1;
    // A message may have come while the pull was looking; nothing will announce it again.
    if (this.options.maxQueueOffset(pull.topic, pull.queueId) > pull.queueOffset) this.wake(pull);
    return true;
  }

  arrived(message: { topic: string; queueId: number; queueOffset: number; tagsCode: number; properties: string }): void {
    if (this.heldCount === 0) return;
    const held = this.queues.get(message.topic)?.get(message.queueId);
    if (held === undefined) return;
    const tagsCode = BigInt(message.tagsCode);
    for (let i = held.length - 1; i >= 0; i -= 1) {
      const pull = held[i];
      if (pull === undefined || pull.queueOffset > message.queueOffset) continue;
      if (pull.matches?.(tagsCode) !== false && pull.matchesProperties?.(message.properties) !== false) this.wake(pull);
    }
  }

  /** Wakes what is due, and with `recheck` also what has messages that nobody announced or that do not match. */
  tick(nowMs: number, recheck: boolean): void {
    for (const [topic, queues] of this.queues) {
      for (const [queueId, held] of queues) {
        const maxOffset = recheck ? this.options.maxQueueOffset(topic, queueId) : 0;
        this.wakeWhere(held, (pull) => nowMs >= pull.deadlineMs || maxOffset > pull.queueOffset);
      }
    }
  }

  wakeQueue(topic: string, queueId: number): void {
    for (const pull of [...(this.queues.get(topic)?.get(queueId) ?? [])]) this.wake(pull);
  }

  wakeAll(): void {
    for (const pulls of [...this.byPeer.values()]) for (const pull of [...pulls]) this.wake(pull);
  }

  private wakeWhere(held: readonly HeldPull[], due: (pull: HeldPull) => boolean): void {
    for (const pull of held.filter(due)) this.wake(pull);
  }

  // The dispatch that reports arrivals runs through many messages in one go: the pulls are answered right behind it, so that one answer carries
  // them all, and still in the same turn of the event loop.
  private wake(pull: HeldPull): void {
    if (this.remove(pull) && this.ready.push(pull) === 1) queueMicrotask(() => this.answerReady());
  }

  private answerReady(): void {
    const ready = this.ready;
    this.ready = [];
    for (const pull of ready) if (!pull.peer.closed) pull.answer();
  }

  /** @returns false when it was not held */
  private remove(pull: HeldPull): boolean {
    if (this.byPeer.get(pull.peer.id)?.delete(pull) !== true) return false;
    this.heldCount -= 1;
    const queues = this.queues.get(pull.topic);
    const held = queues?.get(pull.queueId);
    if (queues === undefined || held === undefined) return true;
    if (held.length > 1) held.splice(held.indexOf(pull), 1);
    else queues.delete(pull.queueId);
    if (queues.size === 0) this.queues.delete(pull.topic);
    return true;
  }

  private peerSet(peer: Peer): Set<HeldPull> {
    const known = this.byPeer.get(peer.id);
    if (known !== undefined) return known;
    const pulls = new Set<HeldPull>();
    this.byPeer.set(peer.id, pulls);
    peer.onClose(() => {
      for (const pull of [...pulls]) this.remove(pull);
      this.byPeer.delete(peer.id);
    });
    return pulls;
  }
}
