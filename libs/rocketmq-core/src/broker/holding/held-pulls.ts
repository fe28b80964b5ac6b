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

interface Held {
  readonly pull: HeldPull;
  /** All of its peer; undefined when it is held no more. */
  ofPeer: Held[] | undefined;
  /** Its place among them. */
  place: number;
}

/**
 * Pulls that wait, by queue. Memory only: a restart closes their connections anyway. Invariant: a held pull is in `queues` and in `byPeer`, or in
 * neither. As Java: PullRequestHoldService.
 *
 * Each message wakes a pull and each pull is held again, so both places are lists: a map that is added to and deleted from grows anew now and then,
 * and each old table keeps the next one alive, with all the pulls in it, until a full collection.
 */
export class HeldPulls implements ArrivalListener {
  private readonly queues = new Map<string, Map<number, Held[]>>();
  private readonly byPeer = new Map<number, Held[]>();
  private ready: HeldPull[] = [];
  private heldCount = 0;

  constructor(private readonly options: HeldPullsOptions) {}

  get size(): number {
    return this.heldCount;
  }

  /** @returns false when it is not held: the limit is reached or the peer is gone */
  hold(pull: HeldPull): boolean {
    if (this.heldCount >= this.options.heldMax || pull.peer.closed) return false;
    const ofPeer = this.heldOf(pull.peer);
    const one: Held = { pull, ofPeer, place: ofPeer.length };
    ofPeer.push(one);
    let queue = this.queues.get(pull.topic);
    if (queue === undefined) this.queues.set(pull.topic, (queue = new Map<number, Held[]>()));
    const held = queue.get(pull.queueId);
    if (held === undefined) queue.set(pull.queueId, [one]);
    else held.push(one);
    this.heldCount += 1;
    // A message may have come while the pull was looking; nothing will announce it again.
    if (this.options.maxQueueOffset(pull.topic, pull.queueId) > pull.queueOffset) this.wake(one);
    return true;
  }

  arrived(message: { topic: string; queueId: number; queueOffset: number; tagsCode: number; properties: string }): void {
    if (this.heldCount === 0) return;
    const held = this.queues.get(message.topic)?.get(message.queueId);
    if (held === undefined) return;
    const tagsCode = BigInt(message.tagsCode);
    for (let i = held.length - 1; i >= 0; i -= 1) {
      const one = held[i];
      if (one === undefined || one.pull.queueOffset > message.queueOffset) continue;
      if (one.pull.matches?.(tagsCode) !== false && one.pull.matchesProperties?.(message.properties) !== false) this.wake(one);
    }
  }

  /** Wakes what is due, and with `recheck` also what has messages that nobody announced or that do not match. */
  tick(nowMs: number, recheck: boolean): void {
    for (const [topic, queues] of this.queues) {
      for (const [queueId, held] of queues) {
        const maxOffset = recheck ? this.options.maxQueueOffset(topic, queueId) : 0;
        for (const one of held.filter(({ pull }) => nowMs >= pull.deadlineMs || maxOffset > pull.queueOffset)) this.wake(one);
        if (held.length === 0) queues.delete(queueId);
      }
      if (queues.size === 0) this.queues.delete(topic);
    }
  }

  wakeQueue(topic: string, queueId: number): void {
    for (const one of [...(this.queues.get(topic)?.get(queueId) ?? [])]) this.wake(one);
  }

  wakeAll(): void {
    for (const held of this.byPeer.values()) for (const one of [...held]) this.wake(one);
  }

  // The dispatch that reports arrivals runs through many messages in one go: the pulls are answered right behind it, so that one answer carries
  // them all, and still in the same turn of the event loop.
  private wake(one: Held): void {
    if (this.remove(one) && this.ready.push(one.pull) === 1) queueMicrotask(() => this.answerReady());
  }

  private answerReady(): void {
    const ready = this.ready;
    this.ready = [];
    for (const pull of ready) if (!pull.peer.closed) pull.answer();
  }

  /** @returns false when it was not held */
  private remove(one: Held): boolean {
    const { pull, ofPeer, place } = one;
    if (ofPeer === undefined) return false;
    one.ofPeer = undefined;
    this.heldCount -= 1;
    const last = ofPeer.pop();
    if (last !== undefined && last !== one) {
      ofPeer[place] = last;
      last.place = place;
    }
    const held = this.queues.get(pull.topic)?.get(pull.queueId);
    // An empty list stays for the next pull; `tick` removes it.
    held?.splice(held.indexOf(one), 1);
    return true;
  }

  private heldOf(peer: Peer): Held[] {
    const known = this.byPeer.get(peer.id);
    if (known !== undefined) return known;
    const held: Held[] = [];
    this.byPeer.set(peer.id, held);
    peer.onClose(() => {
      for (const one of [...held]) this.remove(one);
      this.byPeer.delete(peer.id);
    });
    return held;
  }
}
