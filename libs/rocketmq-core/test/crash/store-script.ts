import { JsonFile, type FileSystem } from '../../src/runtime/index.js';
import { FakeClock } from '../../testing/fake-clock.js';
import type { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { storeFindings } from '../../testing/store-findings.js';
import { makeStore, messageDraft } from '../../testing/store-fixtures.js';
import { decodeRecords, type MessageExt } from '../../src/protocol/index.js';
import type { MessageStore, StoreConfig } from '../../src/store/index.js';

/**
 * A: three messages to two queues in one turn. B: a batch of two. R: a message that rolls to the next segment. F: time passes until everything is
 * flushed and the checkpoint has moved. O: a clean stop and a new start. S: an offset is saved. D: everything so far expires, and is deleted as far as
 * whole files go. Not in the short scripts: E: one message of the size of those of A. M: many messages, a few in each turn.
 */
export type Step = 'A' | 'B' | 'R' | 'F' | 'O' | 'S' | 'D' | 'E' | 'M';
export const steps: readonly Step[] = ['A', 'B', 'R', 'F', 'O', 'S', 'D'];

export interface Sent {
  readonly id: number;
  readonly queueId: number;
  acknowledged: boolean;
  /** What the last recovery has made of it: `kept` must stay, `gone` must not come back. */
  fate: 'open' | 'kept' | 'gone';
  /** It may be deleted, and come back when the deletion was not durable. */
  mayExpire: boolean;
}

export interface History {
  /** By id. */
  readonly sent: Sent[];
  /** Numbers that were saved: the last one that was begun, and the last one of which somebody was told that it is safe. */
  readonly offset: { begun: number; safe: number };
}

export const newHistory = (): History => ({ sent: [], offset: { begun: 0, safe: 0 } });
export const copyOf = ({ sent, offset }: History): History => ({
  ...{ sent: sent.map((one) => ({ ...one })), offset: { ...offset } },
});

/** `kill`: the process ends, the system goes on. */
export type Ending = 'kill' | 'power cut';

export type Flush = StoreConfig['flushDiskType'];
const TOPIC = 'CrashTest';
const QUEUES = [0, 1] as const;
// Records of one size: a tail that is not erased can then line up with what is written over it.
const BODY_SIZE = 100;
/** Turns after which a store that was asked for something and has not done it never will. */
const TURNS_MAX = 100_000;
/** Messages of a step M, and of each turn in it. */
const MANY = 50;
const MANY_PER_TURN = 10;

/** Sizes of the files of a store, so that a script of some length begins several of each. */
export interface Sizes {
  readonly segment: number;
  readonly queueFile: number;
  readonly slots: number;
  readonly entries: number;
}

/** For the short scripts. */
const TINY: Sizes = { segment: 2048, queueFile: 20 * 4, slots: 16, entries: 32 };
/** For thousands of messages. */
export const SMALL: Sizes = { segment: 32 * 1024, queueFile: 20 * 200, slots: 64, entries: 512 };

/** What a store is opened with. */
export interface Setup {
  readonly flush: Flush;
  readonly sizes?: Sizes;
}

const configOf = ({ flush, sizes = TINY }: Setup): Partial<StoreConfig> => ({
  flushDiskType: flush,
  mappedFileSizeCommitLog: sizes.segment,
  mappedFileSizeConsumeQueue: sizes.queueFile,
  maxHashSlotNum: sizes.slots,
  maxIndexNum: sizes.entries,
  fileReservedTime: 1,
  deleteWhen: '',
});

interface Hooks {
  /** Once the store is open. */
  readonly onOpen?: (store: MessageStore) => Promise<unknown>;
  /** Before each step. */
  readonly onStep?: (index: number) => void;
  /** After each step. */
  readonly afterStep?: (store: MessageStore) => void;
  /** Before the store is closed. */
  readonly onEnd?: (store: MessageStore) => Promise<unknown>;
}

/** Drives one store after the other on one disk until the script ends or the power is cut. */
export class StoreDriver {
  private readonly clock = new FakeClock();
  private store: MessageStore;

  constructor(
    private readonly files: MemoryFileSystem,
    private readonly setup: Setup,
    private readonly history: History,
  ) {
    this.store = this.make();
  }

  /**
   * @returns false when the power was cut
   */
  async run(script: readonly Step[], hooks: Hooks = {}): Promise<boolean> {
    if (!(await this.survives(this.store.open()))) return false;
    await hooks.onOpen?.(this.store);
    for (const [index, step] of script.entries()) {
      hooks.onStep?.(index);
      if (!(await this.survives(this.take(step)))) return false;
      hooks.afterStep?.(this.store);
    }
    await hooks.onEnd?.(this.store);
    return this.survives(this.store.close());
  }

  private make(): MessageStore {
    return makeStore(this.files, configOf(this.setup), { clock: this.clock });
  }

  private async take(step: Step): Promise<void> {
    switch (step) {
      case 'A':
        return this.append([0, 1, 0]);
      case 'B':
        return this.appendBatch();
      case 'R':
        return this.append([0], (this.setup.sizes ?? TINY).segment / 2);
      case 'F':
        return this.passTime();
      case 'O':
        await this.store.close().catch(() => undefined);
        this.store = this.make();
        return this.store.open();
      case 'S':
        return this.saveOffset();
      case 'D':
        return this.expire();
      case 'E':
        return this.append([0]);
      case 'M':
        return this.appendMany();
    }
  }

  private async appendMany(): Promise<void> {
    for (let i = 0; i < MANY; i += MANY_PER_TURN) {
      await this.append(Array.from({ length: MANY_PER_TURN }, (_, j) => (i + j) % QUEUES.length));
    }
  }

  private async saveOffset(): Promise<void> {
    const { offset } = this.history;
    offset.begun += 1;
    await offsetFile(this.files).save(String(offset.begun));
    offset.safe = offset.begun;
  }

  private async expire(): Promise<void> {
    for (const sent of this.history.sent) sent.mayExpire = true;
    this.clock.jump(2 * 3_600_000);
    this.store.expireNow();
    for (let i = 0; i < 8; i += 1) {
      await this.clock.advance(100);
      await this.clock.settle();
    }
  }

  private async append(queueIds: readonly number[], size = BODY_SIZE): Promise<void> {
    const waiting = queueIds.map((queueId) => {
      const sent = this.note(queueId);
      return this.store
        .append(
          messageDraft({
            topic: TOPIC,
            queueId,
            body: bodyOf(sent.id, size),
            properties: `KEYS\u0001${sent.id}\u0002TAGS\u0001t${sent.id}\u0002`,
          }),
        )
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
    const sent: Sent = { id: this.history.sent.length, queueId, acknowledged: false, fate: 'open', mayExpire: false };
    this.history.sent.push(sent);
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
    for (let turn = 0; !state.ended && !this.files.isHalted; turn += 1) {
      if (turn === TURNS_MAX) throw new Error('the store hangs');
      await this.clock.settle();
    }
    return !this.files.isHalted;
  }
}

const OFFSET_PATH = '/store/config/offset.json';
const offsetFile = (files: FileSystem) =>
  new JsonFile({
    files,
    path: OFFSET_PATH,
    parse: (text) => {
      if (!/^\d+$/.test(text)) throw new Error(`not a number: ${text}`);
      return Number(text);
    },
  });

/** The saved number is the last one that was promised, or one that was begun after it. */
function checkOffset(files: FileSystem, { begun, safe }: History['offset']): void {
  const kept = offsetFile(files).load() ?? 0;
  if (kept < safe || kept > begun) throw new Error(`lost: offset ${safe} was saved, ${kept} is there`);
}

const bodyOf = (id: number, size: number) => Buffer.from(`#${id}#`.padEnd(size, '.'));

export interface Found {
  readonly id: number;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly isOfBatch: boolean;
}

/** Everything that can be consumed, queue by queue; throws when an offset between minimum and maximum has no message of its own. */
export async function consumeAll(store: MessageStore): Promise<Found[]> {
  const found: Found[] = [];
  for (const queueId of QUEUES) found.push(...(await consumeQueue(store, queueId)));
  return found;
}

async function consumeQueue(store: MessageStore, queueId: number): Promise<Found[]> {
  const found: Found[] = [];
  const begin = store.minQueueOffset(TOPIC, queueId);
  const end = store.maxQueueOffset(TOPIC, queueId);
  while (begin + found.length < end) {
    const queueOffset = begin + found.length;
    const outcome = await store.get({ topic: TOPIC, queueId, queueOffset, maxMessages: 32 });
    if (outcome.status !== 'found') throw new Error(`queue ${queueId} has no message at ${queueOffset} of ${end}: ${outcome.status}`);
    found.push(...decodeRecords(Buffer.concat([...outcome.records])).map(foundIn));
  }
  const astray = found.findIndex((one, i) => one.queueOffset !== begin + i || one.queueId !== queueId);
  if (astray >= 0) throw new Error(`queue ${queueId} has at ${astray} the message ${JSON.stringify(found[astray])}`);
  return found;
}

function foundIn({ body, queueId, queueOffset, physicalOffset, properties }: MessageExt): Found {
  const id = Number(/#(\d+)#/.exec(body.toString())?.[1] ?? -1);
  return { id, queueId, queueOffset, physicalOffset, isOfBatch: !properties.has('KEYS') };
}

/** Opens what a crash has left, compares it with what was sent, and checks that the store works on. */
export async function verifyAfterCrash(files: MemoryFileSystem, setup: Setup, ending: Ending, history: History): Promise<void> {
  const { flush, sizes = TINY } = setup;
  const store = makeStore(files, configOf(setup));
  await store.open();
  const found = await consumeAll(store);
  checkFound(found, flush, ending, history);
  checkOffset(files, history.offset);
  await checkKeys(store, found);
  await appendToAll(store);
  await store.close();
  const findings = storeFindings('/store', files, { slotCount: sizes.slots, entryCount: sizes.entries });
  if (findings.length > 0) throw new Error(`after recovery: ${findings.join('; ')}`);

  const again = makeStore(files, configOf(setup));
  await again.open();
  const after = (await consumeAll(again)).map(idOf).filter((id) => id >= 0);
  if (after.join() !== found.map(idOf).join()) throw new Error(`after a clean stop: ${after.join()} instead of ${found.map(idOf).join()}`);
  await again.close();
}

const idOf = (found: Found) => found.id;

/** Messages have their id as a key, those of batches none. */
async function checkKeys(store: MessageStore, found: readonly Found[]): Promise<void> {
  const one = found.at(-1);
  if (one === undefined || one.isOfBatch) return;
  const query = { topic: TOPIC, key: String(one.id), type: 'key', maxNum: 9, beginMs: 0, endMs: Infinity } as const;
  const { records } = await store.queryByKey(query);
  const ids = decodeRecords(Buffer.concat([...records])).map((message) => foundIn(message).id);
  if (ids.join() !== String(one.id)) throw new Error(`the index leads from ${one.id} to ${ids.join()}`);
}

async function appendToAll(store: MessageStore): Promise<void> {
  for (const queueId of QUEUES) {
    const expected = store.maxQueueOffset(TOPIC, queueId);
    const outcome = await store.append(messageDraft({ topic: TOPIC, queueId, body: Buffer.from('new') }));
    if (outcome.kind !== 'ok' || outcome.queueOffset !== expected)
      throw new Error(`append after recovery: ${JSON.stringify(outcome)}, not ${expected}`);
  }
}

/** @throws Error that says what is lost, doubled, invented, out of order or missing in the middle */
export function checkFound(found: readonly Found[], flush: Flush, ending: Ending, { sent: history }: History): void {
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
  const isSafe = ({ fate, acknowledged, mayExpire }: Sent) =>
    !mayExpire && (fate === 'kept' || (fate === 'open' && acknowledged && (flush === 'SYNC_FLUSH' || ending === 'kill')));
  complain(
    'lost',
    history.filter((sent) => isSafe(sent) && !present.has(sent.id)).map(({ id }) => id),
  );
  // What is lost is a suffix: nobody finds a message and misses one that was acknowledged before it.
  const last = ids[ids.length - 1] ?? -1;
  const isHole = ({ id, fate, acknowledged, mayExpire }: Sent) =>
    !mayExpire && fate === 'open' && acknowledged && id < last && !present.has(id);
  complain(
    'holes',
    history.filter(isHole).map(({ id }) => id),
  );
}

/** After a recovery: what it has found stays, what it has not stays away. */
export function settle({ sent: history }: History, found: readonly Found[]): void {
  const present = new Set(found.map(idOf));
  for (const sent of history) if (!sent.mayExpire) sent.fate = present.has(sent.id) ? 'kept' : 'gone';
}
