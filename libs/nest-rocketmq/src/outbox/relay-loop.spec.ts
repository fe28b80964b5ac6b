import { InvalidInput, type OutgoingMessage } from 'rocketmq-core/client';
import { FakeClock } from 'rocketmq-core/testing';
import type { OutboxFailure, OutboxLease, OutboxMessage } from './outbox-store.js';
import { OutboxRelay, type RelayOptions } from './relay-loop.js';

interface Row extends OutboxMessage {
  dueMs: number;
  dead: boolean;
}

/** The table of a store, in memory, with one lease. */
class MemoryStore {
  readonly rows: Row[] = [];
  taken = false;
  wake: () => void = () => undefined;
  lose: () => void = () => undefined;

  constructor(private readonly clock: FakeClock) {}

  add(id: string, orderingKey?: string): void {
    this.rows.push({ id, topic: 't', body: Buffer.from(id), orderingKey, attributes: { tags: 'x' }, dueMs: 0, dead: false });
  }

  lease(onWake: () => void): Promise<OutboxLease | undefined> {
    if (this.taken) return Promise.resolve(undefined);
    this.taken = true;
    this.wake = onWake;
    const lease = { lost: false };
    this.lose = () => {
      lease.lost = true;
      this.taken = false;
    };
    const waits = (row: Row) => row.dueMs > this.clock.monotonic();
    const behind = (row: Row, at: number) =>
      this.rows.some((other, i) => i < at && other.orderingKey === row.orderingKey && !other.dead && waits(other));
    return Promise.resolve({
      get lost() {
        return lease.lost;
      },
      due: (limit: number) =>
        Promise.resolve(
          this.rows.filter((row, at) => !row.dead && !waits(row) && !(row.orderingKey !== undefined && behind(row, at))).slice(0, limit),
        ),
      sent: (ids: readonly string[]) => {
        for (const id of ids)
          this.rows.splice(
            this.rows.findIndex((row) => row.id === id),
            1,
          );
        return Promise.resolve();
      },
      failed: ({ id, retryInMs }: OutboxFailure) => {
        const row = this.rows.find((one) => one.id === id);
        if (row !== undefined && retryInMs === undefined) row.dead = true;
        else if (row !== undefined) row.dueMs = this.clock.monotonic() + (retryInMs ?? 0);
        return Promise.resolve();
      },
      release: () => {
        this.taken = false;
        return Promise.resolve();
      },
    });
  }
}

describe('OutboxRelay', () => {
  let clock: FakeClock;
  let store: MemoryStore;
  let sent: string[];
  let failing: Map<string, Error>;
  const relays: OutboxRelay[] = [];

  beforeEach(() => {
    clock = new FakeClock();
    store = new MemoryStore(clock);
    sent = [];
    failing = new Map();
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  });

  function relay(options: RelayOptions = {}): OutboxRelay {
    const send = ({ body, properties, tags }: OutgoingMessage, key: string | undefined) => {
      const id = String(body);
      const error = failing.get(id);
      if (error !== undefined) return Promise.reject(error);
      expect({ properties, tags }).toEqual({ properties: { NEST_OUTBOX_ID: id }, tags: 'x' });
      sent.push(`${id}${key ?? ''}`);
      return Promise.resolve();
    };
    const made = new OutboxRelay({ store, clock, logger: { log: () => undefined }, send, options });
    relays.push(made);
    made.start();
    return made;
  }

  it('sends what waits, all batches of it, and what is added when it is woken or looks again', async () => {
    for (const id of ['1', '2', '3', '4', '5']) store.add(id, 'k');
    relay({ batchSize: 2 });
    await clock.advance(0);
    expect(sent).toEqual(['1k', '2k', '3k', '4k', '5k']);
    expect(store.rows).toEqual([]);
    store.add('6');
    store.wake();
    await clock.settle();
    store.add('7');
    await clock.advance(1000);
    expect(sent.slice(5)).toEqual(['6', '7']);
  });

  it('holds a key back behind its failure, and no other', async () => {
    failing.set('1', new Error('no broker'));
    for (const [id, key] of [
      ['1', 'a'],
      ['2', 'a'],
      ['3', 'b'],
      ['4', undefined],
    ] as const)
      store.add(id, key);
    relay();
    await clock.advance(0);
    expect(sent.sort()).toEqual(['3b', '4']);
    failing.clear();
    sent = [];
    await clock.advance(1000);
    expect(sent).toEqual(['1a', '2a']);
  });

  it('waits longer after each failure, up to a limit', async () => {
    failing.set('1', new Error('no broker'));
    store.add('1');
    const pauses: number[] = [];
    relay({ backoffMs: 1000, backoffMaxMs: 3000, pollIntervalMs: 100 });
    for (let at = 0, due = -1; at < 100; at += 1) {
      await clock.advance(100);
      const [row] = store.rows;
      if (row !== undefined && row.dueMs !== due) {
        if (due >= 0) pauses.push(row.dueMs - due);
        due = row.dueMs;
      }
    }
    expect(pauses.slice(0, 3)).toEqual([2000, 3000, 3000]);
  });

  it('leaves a message that can never be sent, and goes on with its key', async () => {
    failing.set('1', new InvalidInput('topic', 'bad'));
    store.add('1', 'a');
    store.add('2', 'a');
    relay();
    await clock.advance(1000);
    expect(sent).toEqual(['2a']);
    expect(store.rows.map(({ id, dead }) => [id, dead])).toEqual([['1', true]]);
  });

  it('lets one relay work at a time; another takes over when it ends or loses its lease', async () => {
    const first = relay();
    await clock.advance(0);
    const second = relay();
    await clock.advance(0);
    expect([first.active, second.active]).toEqual([true, false]);
    store.lose();
    await second.stop();
    await clock.advance(1000);
    expect(first.active).toBe(true);
    await first.stop();
    const third = relay();
    await clock.advance(1000);
    expect(third.active).toBe(true);
  });
});
