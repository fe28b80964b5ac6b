import { FakeClock } from '../../testing/fake-clock.js';
import type { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { makeStore, messageDraft } from '../../testing/store-fixtures.js';
import { decodeRecords, type MessageExt } from '../../src/protocol/index.js';
import type { MessageStore, StoreConfig } from '../../src/store/index.js';

/**
 * A: three messages to two queues in one turn. B: a batch of two. R: a message that rolls to the next segment. F: time passes until everything is
 * flushed and the checkpoint has moved. O: a clean stop and a new start.
 */
export type Step = 'A' | 'B' | 'R' | 'F' | 'O';
export const steps: readonly Step[] = ['A', 'B', 'R', 'F', 'O'];

export interface Sent {
  readonly id: number;
  readonly queueId: number;
  acknowledged: boolean;
  /** What the last recovery has made of it: `kept` must stay, `gone` must not come back. */
  fate: 'open' | 'kept' | 'gone';
}

/** What was sent, by id. */
export type History = Sent[];

/** `kill`: the process ends, the system goes on. */
export type Ending = 'kill' | 'power cut';

export type Flush = StoreConfig['flushDiskType'];
const TOPIC = 'CrashTest';
const QUEUES = [0, 1] as const;
const SEGMENT = 2048;
// Records of one size: a tail that is not erased can then line up with what is written over it.
const BODY_SIZE = 100;

const configOf = (flushDiskType: Flush): Partial<StoreConfig> => ({
  flushDiskType,
  mappedFileSizeCommitLog: SEGMENT,
  mappedFileSizeConsumeQueue: 20 * 4,
});

/** Drives one store after the other on one disk until the script ends or the power is cut. */
export class StoreDriver {
  private readonly clock = new FakeClock();
  private store: MessageStore;

  constructor(
    private readonly files: MemoryFileSystem,
    private readonly flush: Flush,
    private readonly history: History,
  ) {
    this.store = this.make();
  }

  /**
   * @param onOpen called once the store is open
   * @returns false when the power was cut
   */
  async run(script: readonly Step[], onOpen?: (store: MessageStore) => Promise<void>): Promise<boolean> {
    if (!(await this.survives(this.store.open()))) return false;
    if (onOpen !== undefined) await onOpen(this.store);
    for (const step of script) if (!(await this.survives(this.take(step)))) return false;
    return this.survives(this.store.close());
  }

  private make(): MessageStore {
    return makeStore(this.files, configOf(this.flush), { clock: this.clock });
  }

  private async take(step: Step): Promise<void> {
    switch (step) {
      case 'A':
        return this.append([0, 1, 0]);
      case 'B':
        return this.appendBatch();
      case 'R':
        return this.append([0], SEGMENT / 2);
      case 'F':
        return this.passTime();
      case 'O':
        await this.store.close();
        this.store = this.make();
        return this.store.open();
    }
  }

  private async append(queueIds: readonly number[], size = BODY_SIZE): Promise<void> {
    const waiting = queueIds.map((queueId) => {
      const sent = this.note(queueId);
      return this.store
        .append(messageDraft({ topic: TOPIC, queueId, body: bodyOf(sent.id, size), properties: `KEYS\u0001${sent.id}\u0002` }))
        .then((outcome) => {
          if (outcome.kind === 'ok') sent.acknowledged = true;
        });
    });
    await Promise.all(waiting);
  }

  private async appendBatch(): Promise<void> {
    const sent = [this.note(1), this.note(1)];
    const messages = sent.map(({ id }) => ({ body: bodyOf(id, BODY_SIZE), properties: '', flag: 0 }));
    const outcome = await this.store.appendBatch({ ...messageDraft({ topic: TOPIC, queueId: 1 }), messages });
    if (outcome.kind === 'ok') for (const one of sent) one.acknowledged = true;
  }

  private note(queueId: number): Sent {
    const sent: Sent = { id: this.history.length, queueId, acknowledged: false, fate: 'open' };
    this.history.push(sent);
    return sent;
  }

  private async passTime(): Promise<void> {
    await this.clock.advance(61_000);
    for (let i = 0; i < 12; i += 1) await this.clock.settle();
  }

  /** Whether the work came to its end before the power was cut. */
  private async survives(work: Promise<unknown>): Promise<boolean> {
    const state = { ended: false };
    const end = () => void (state.ended = true);
    void work.then(end, end);
    while (!state.ended && !this.files.isHalted) await this.clock.settle();
    return !this.files.isHalted;
  }
}

const bodyOf = (id: number, size: number) => Buffer.from(`#${id}#`.padEnd(size, '.'));

export interface Found {
  readonly id: number;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
}

/** Everything that can be consumed, queue by queue; throws when an offset between minimum and maximum has no message of its own. */
export async function consumeAll(store: MessageStore): Promise<Found[]> {
  const found: Found[] = [];
  for (const queueId of QUEUES) found.push(...(await consumeQueue(store, queueId)));
  return found;
}

async function consumeQueue(store: MessageStore, queueId: number): Promise<Found[]> {
  const found: Found[] = [];
  const end = store.maxQueueOffset(TOPIC, queueId);
  while (found.length < end) {
    const outcome = await store.get({ topic: TOPIC, queueId, queueOffset: found.length, maxMessages: 32 });
    if (outcome.status !== 'found') throw new Error(`queue ${queueId} has no message at ${found.length} of ${end}: ${outcome.status}`);
    found.push(...decodeRecords(Buffer.concat([...outcome.records])).map(foundIn));
  }
  const astray = found.findIndex((one, i) => one.queueOffset !== i || one.queueId !== queueId);
  if (astray >= 0) throw new Error(`queue ${queueId} has at ${astray} the message ${JSON.stringify(found[astray])}`);
  return found;
}

function foundIn({ body, queueId, queueOffset, physicalOffset }: MessageExt): Found {
  return { id: Number(/#(\d+)#/.exec(body.toString())?.[1] ?? -1), queueId, queueOffset, physicalOffset };
}

/** Opens what a crash has left, compares it with what was sent, and checks that the store works on. */
export async function verifyAfterCrash(files: MemoryFileSystem, flush: Flush, ending: Ending, history: History): Promise<void> {
  const store = makeStore(files, configOf(flush));
  await store.open();
  const found = await consumeAll(store);
  checkFound(found, flush, ending, history);
  await appendAndCompare(store, found);
  await store.close();

  const again = makeStore(files, configOf(flush));
  await again.open();
  const after = (await consumeAll(again)).map(idOf).filter((id) => id >= 0);
  if (after.join() !== found.map(idOf).join()) throw new Error(`after a clean stop: ${after.join()} instead of ${found.map(idOf).join()}`);
  await again.close();
}

const idOf = (found: Found) => found.id;

async function appendAndCompare(store: MessageStore, found: readonly Found[]): Promise<void> {
  for (const queueId of QUEUES) {
    const outcome = await store.append(messageDraft({ topic: TOPIC, queueId, body: Buffer.from('new') }));
    const expected = found.filter((one) => one.queueId === queueId).length;
    if (outcome.kind !== 'ok' || outcome.queueOffset !== expected)
      throw new Error(`append after recovery: ${JSON.stringify(outcome)}, not ${expected}`);
  }
}

/** @throws Error that says what is lost, doubled, invented, out of order or missing in the middle */
export function checkFound(found: readonly Found[], flush: Flush, ending: Ending, history: History): void {
  const ids = [...found].sort((a, b) => a.physicalOffset - b.physicalOffset).map(idOf);
  const present = new Set(ids);
  const complain = (what: string, which: readonly number[]) => {
    if (which.length > 0) throw new Error(`${what}: ${which.join()}; found ${ids.join()}`);
  };
  complain('sent once and found twice', present.size === ids.length ? [] : ids);
  complain('never sent', found.filter(({ id, queueId }) => history[id]?.queueId !== queueId).map(idOf));
  complain(
    'out of order',
    ids.filter((id, i) => id < (ids[i - 1] ?? -1)),
  );
  complain(
    'came back',
    ids.filter((id) => history[id]?.fate === 'gone'),
  );
  const isSafe = ({ fate, acknowledged }: Sent) =>
    fate === 'kept' || (fate === 'open' && acknowledged && (flush === 'SYNC_FLUSH' || ending === 'kill'));
  complain(
    'lost',
    history.filter((sent) => isSafe(sent) && !present.has(sent.id)).map(({ id }) => id),
  );
  // What is lost is a suffix: nobody finds a message and misses one that was acknowledged before it.
  const last = ids[ids.length - 1] ?? -1;
  const isHole = ({ id, fate, acknowledged }: Sent) => fate === 'open' && acknowledged && id < last && !present.has(id);
  complain(
    'holes',
    history.filter(isHole).map(({ id }) => id),
  );
}

/** After a recovery: what it has found stays, what it has not stays away. */
export function settle(history: History, found: readonly Found[]): void {
  const present = new Set(found.map(idOf));
  for (const sent of history) sent.fate = present.has(sent.id) ? 'kept' : 'gone';
}
