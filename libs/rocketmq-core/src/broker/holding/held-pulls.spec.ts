import type { Peer } from '../../remoting/index.js';
import { HeldPulls, type HeldPull } from './held-pulls.js';

class StubPeer {
  closed = false;
  private readonly listeners: (() => void)[] = [];
  constructor(readonly id: number) {}
  onClose(listener: () => void): void {
    this.listeners.push(listener);
  }
  get listenerCount(): number {
    return this.listeners.length;
  }
  end(): void {
    this.closed = true;
    for (const listener of this.listeners) listener();
  }
}

let maxOffset = 0;
const answered: string[] = [];
const newHeld = (heldMax = 10) => new HeldPulls({ heldMax, maxQueueOffset: () => maxOffset });
const microtasks = () => new Promise<void>((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

function pull(name: string, peer: StubPeer, more: Partial<HeldPull> = {}): HeldPull {
  const answer = () => void answered.push(name);
  return { topic: 'T', queueId: 0, queueOffset: 0, peer: peer as unknown as Peer, deadlineMs: 15_000, matches: undefined, answer, ...more };
}
/** @param maxOffset of the queue with the message */
const arrival = (maxOffset: number, tagsCode = 0, properties = '') => ({
  ...{ topic: 'T', queueId: 0, queueOffset: maxOffset - 1, tagsCode, properties },
});

beforeEach(() => {
  maxOffset = 0;
  answered.length = 0;
});

describe('HeldPulls', () => {
  it('answers every pull of the queue when a message arrives, once, in the same turn', async () => {
    const held = newHeld();
    const peer = new StubPeer(1);
    held.hold(pull('a', peer));
    held.hold(pull('b', peer));
    held.hold(pull('other queue', peer, { queueId: 1 }));
    held.arrived(arrival(1));
    held.arrived(arrival(2));
    await microtasks();
    expect(answered.sort()).toEqual(['a', 'b']);
    expect(held.size).toBe(1);
  });

  it('loses track of none, whichever is answered first', async () => {
    const held = newHeld(100);
    const peers = [new StubPeer(1), new StubPeer(2)];
    const names = Array.from({ length: 12 }, (_, i) => `pull ${i}`);
    names.forEach((name, i) => held.hold(pull(name, peers[i % 2]!, { queueId: i % 3, queueOffset: i % 3 === 0 ? i : 0 })));
    // Of queue 0 those that are not past the message, and not in the order in which they came.
    held.arrived(arrival(4));
    await microtasks();
    expect(answered.sort()).toEqual(['pull 0', 'pull 3']);
    peers[0]!.end();
    held.wakeQueue('T', 1);
    held.tick(15_000, false);
    await microtasks();
    const left = names.filter((_, i) => i % 2 === 1 && i !== 3);
    expect(answered.slice(2).sort()).toEqual(left.sort());
    expect(held.size).toBe(0);
    held.tick(15_000, true);
    held.hold(pull('again', peers[1]!));
    held.arrived(arrival(1));
    await microtasks();
    expect(answered.at(-1)).toBe('again');
  });

  it('leaves pulls alone whose tags do not match or that are already past the message', async () => {
    const held = newHeld();
    const peer = new StubPeer(1);
    held.hold(pull('tagged', peer, { matches: (code) => code === 7n }));
    maxOffset = 5;
    held.hold(pull('ahead', peer, { queueOffset: 5 }));
    held.arrived(arrival(5, 3));
    await microtasks();
    expect(answered).toEqual([]);
    held.arrived(arrival(6, 7));
    await microtasks();
    expect(answered.sort()).toEqual(['ahead', 'tagged']);
  });

  it('leaves pulls alone whose expression does not match the properties', async () => {
    const held = newHeld();
    held.hold(pull('filtered', new StubPeer(1), { matchesProperties: (text) => text === 'wanted' }));
    held.arrived(arrival(1, 0, 'other'));
    await microtasks();
    expect(answered).toEqual([]);
    held.arrived(arrival(2, 0, 'wanted'));
    await microtasks();
    expect(answered).toEqual(['filtered']);
  });

  it('answers at once when a message came between looking and holding', async () => {
    const held = newHeld();
    maxOffset = 1;
    expect(held.hold(pull('late', new StubPeer(1)))).toBe(true);
    await microtasks();
    expect(answered).toEqual(['late']);
    expect(held.size).toBe(0);
  });

  it('answers at the deadline, and on a recheck what has messages nobody announced', async () => {
    const held = newHeld();
    const peer = new StubPeer(1);
    held.hold(pull('due', peer, { deadlineMs: 1000 }));
    held.hold(pull('missed', peer, { queueId: 1 }));
    held.tick(999, false);
    await microtasks();
    expect(answered).toEqual([]);
    held.tick(1000, false);
    await microtasks();
    expect(answered).toEqual(['due']);
    maxOffset = 1;
    held.tick(2000, true);
    await microtasks();
    expect(answered).toEqual(['due', 'missed']);
  });

  it('forgets the pulls of a closed connection and listens to a connection only once', async () => {
    const held = newHeld();
    const peer = new StubPeer(1);
    held.hold(pull('a', peer));
    held.arrived(arrival(1));
    await microtasks();
    held.hold(pull('b', peer));
    expect(peer.listenerCount).toBe(1);
    peer.end();
    expect(held.size).toBe(0);
    held.arrived(arrival(2));
    await microtasks();
    expect(answered).toEqual(['a']);
    expect(held.hold(pull('c', peer))).toBe(false);
  });

  it('does not answer a connection that closed between waking and answering', async () => {
    const held = newHeld();
    const peer = new StubPeer(1);
    held.hold(pull('a', peer));
    held.arrived(arrival(1));
    peer.end();
    await microtasks();
    expect(answered).toEqual([]);
  });

  it('refuses to hold above the limit and lets all go at the end', async () => {
    const held = newHeld(2);
    const peer = new StubPeer(1);
    expect(held.hold(pull('a', peer))).toBe(true);
    expect(held.hold(pull('b', peer, { queueId: 1 }))).toBe(true);
    expect(held.hold(pull('c', peer))).toBe(false);
    held.wakeAll();
    await microtasks();
    expect(answered.sort()).toEqual(['a', 'b']);
  });
});
