import { PropertyName, type MessageExt } from '../../src/protocol/index.js';
import { NoteKind, type Note } from './notes.js';
import type { Plan } from './plan.js';
import type { LastNotes } from './writer.js';

/** A message by the append that brought it: `life number index`. */
interface Origin {
  readonly key: string;
  readonly life: number;
  readonly number: number;
  readonly index: number;
}

interface Found extends Origin {
  readonly message: MessageExt;
}

const inSendingOrder = (a: Origin, b: Origin) => a.life - b.life || a.number - b.number || a.index - b.index;

/** What the writers of one disk were promised, against what is there. */
export class Ledger {
  acknowledged = 0;
  /** Acknowledged messages that a cut has taken; with SYNC_FLUSH each of them is a fault too. */
  lost = 0;
  private readonly noise: Buffer;
  /** Promises since the last check. */
  private open: Note[] = [];
  /** No writer after the last check has begun a step from here on. */
  private readonly stepsEnd = new Map<number, number>();
  private readonly kept = new Map<string, number>();
  private settledLife = 0;
  private faults: string[] = [];

  /** @param losesSuffix ASYNC_FLUSH: what was acknowledged last may be gone */
  constructor(
    private readonly plan: Plan,
    private readonly laneCount: number,
    private readonly losesSuffix: boolean,
  ) {
    this.noise = Buffer.from(plan.noise, 'base64');
  }

  /** What a life has noted. */
  add(life: number, { kept, late }: LastNotes): void {
    const promises = kept.filter(({ kind }) => kind === NoteKind.APPENDED);
    this.open.push(...promises);
    this.acknowledged += promises.reduce((sum, note) => sum + this.stepOf(note).bodies.length, 0);
    const last = [...kept, ...late].reduce((most, note) => (note.kind === NoteKind.SAVED ? most : Math.max(most, note.number)), 0);
    // Each lane may have begun one more step than it has noted.
    this.stepsEnd.set(life, last + 1 + this.laneCount);
    const refused = kept.filter(({ kind }) => kind === NoteKind.REFUSED);
    if (refused.length > 0) this.faults.push(`${refused.length} appends of life ${life} were refused`);
  }

  /** @returns what is wrong; afterwards what was found is there for good, and what was not is gone for good */
  check(messages: readonly MessageExt[]): string[] {
    const found = new Map<string, Found>();
    for (const message of messages) this.take(message, found);
    this.expectLogOrder([...found.values()]);
    for (const [key, queueOffset] of this.kept) this.expectAt(found.get(key), key, queueOffset);
    this.expectPromises(found);
    this.settle(found);
    return this.faults.splice(0);
  }

  private take(message: MessageExt, found: Map<string, Found>): void {
    const key = message.properties.get(PropertyName.KEYS) ?? '';
    const [life = -1, number = -1, index = -1] = key.split(' ').map(Number);
    const origin = { key, life, number, index };
    const fault = this.faultOf(message, origin) ?? (found.has(key) ? 'is there twice' : undefined);
    if (fault !== undefined) this.faults.push(`${message.topic}/${message.queueId} at ${message.queueOffset}: "${key}" ${fault}`);
    found.set(key, { ...origin, message });
  }

  private faultOf(message: MessageExt, { key, life, number, index }: Origin): string | undefined {
    const step = this.stepOf({ number });
    const body = step.bodies[index];
    if (body === undefined || number >= (this.stepsEnd.get(life) ?? 0)) return 'was never sent';
    if (step.topic !== message.topic || step.queueId !== message.queueId) return 'is in the wrong queue';
    if (!message.body.equals(this.noise.subarray(body.from, body.to))) return 'has another body';
    return life <= this.settledLife && !this.kept.has(key) ? 'was gone and came back' : undefined;
  }

  // A writer takes the next number and appends in one go: what it has sent later lies further back in the log.
  private expectLogOrder(found: Found[]): void {
    found.sort((a, b) => a.message.physicalOffset - b.message.physicalOffset);
    found.forEach((one, i) => {
      const before = found[i - 1];
      if (before !== undefined && inSendingOrder(before, one) > 0) this.faults.push(`${one.key} lies behind ${before.key} in the log`);
    });
  }

  private expectPromises(found: ReadonlyMap<string, Found>): void {
    const lastOfLife = new Map<number, number>();
    for (const { life, number } of found.values()) lastOfLife.set(life, Math.max(number, lastOfLife.get(life) ?? -1));
    for (const note of this.open) {
      const { life, number } = note;
      this.stepOf(note).bodies.forEach((_, i) => {
        const key = `${life} ${number} ${i}`;
        const one = found.get(key);
        if (one === undefined) this.lost += 1;
        if (one !== undefined || !this.losesSuffix) this.expectAt(one, key, note.queueOffset + i);
        else if (number < (lastOfLife.get(life) ?? -1)) this.faults.push(`${key} is lost, but a later one is there`);
      });
    }
  }

  private expectAt(one: Found | undefined, key: string, queueOffset: number): void {
    if (one === undefined) this.faults.push(`${key} is lost, it was promised at ${queueOffset}`);
    else if (one.message.queueOffset !== queueOffset)
      this.faults.push(`${key} is at ${one.message.queueOffset}, promised at ${queueOffset}`);
  }

  private settle(found: ReadonlyMap<string, Found>): void {
    this.kept.clear();
    for (const [key, { message }] of found) this.kept.set(key, message.queueOffset);
    this.settledLife = Math.max(this.settledLife, ...this.stepsEnd.keys());
    this.open = [];
  }

  private stepOf({ number }: { number: number }): Plan['steps'][number] {
    return this.plan.steps[number % this.plan.steps.length] ?? { topic: '', queueId: -1, bodies: [] };
  }
}
