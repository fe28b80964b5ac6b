import { createHash } from 'node:crypto';

/** How an operation ended for the one who asked for it. `unknown`: it may have happened. */
export type Fate = 'acknowledged' | 'failed' | 'unknown';

interface Message {
  readonly digest: string;
  fate: Fate;
  arrivals: number;
}

/** Of messages that were sent and of those that came out at the other end, after everything was healed and drained. */
export interface Findings {
  /** Acknowledged, and not there. */
  readonly lost: readonly string[];
  /** There, and never sent. */
  readonly unexpected: readonly string[];
  /** There, although the sender was told that it was not stored. */
  readonly undead: readonly string[];
  /** There with another body. */
  readonly damaged: readonly string[];
}

const NAMED_MAX = 20;

const digestOf = (body: Buffer): string => createHash('sha1').update(body).digest('base64');

/** Who sent what, how that ended, and what arrived: the whole run, whoever was killed in it. */
export class History {
  private readonly messages = new Map<string, Message>();
  private readonly unexpected = new Set<string>();
  private readonly damaged = new Set<string>();
  private readonly fates: Record<Fate, number> = { acknowledged: 0, failed: 0, unknown: 0 };
  private missingCount = 0;

  /** Write down every message before it leaves: until it is settled its end is unknown. */
  sent(key: string, body: Buffer): void {
    if (this.messages.has(key)) throw new Error(`${key} is sent twice by the test`);
    this.messages.set(key, { digest: digestOf(body), fate: 'unknown', arrivals: 0 });
    this.fates.unknown += 1;
  }

  /** What is taken back later is settled again. */
  settled(key: string, fate: Fate): void {
    const message = this.messages.get(key);
    if (message === undefined) throw new Error(`${key} was never sent by the test`);
    this.fates[message.fate] -= 1;
    this.fates[fate] += 1;
    if (message.arrivals === 0) this.missingCount += Number(fate === 'acknowledged') - Number(message.fate === 'acknowledged');
    message.fate = fate;
  }

  arrived(key: string, body: Buffer): void {
    const message = this.messages.get(key);
    if (message === undefined) {
      this.unexpected.add(key);
      return;
    }
    if (message.arrivals === 0 && message.fate === 'acknowledged') this.missingCount -= 1;
    message.arrivals += 1;
    if (message.digest !== digestOf(body)) this.damaged.add(key);
  }

  get sentCount(): number {
    return this.messages.size;
  }

  countOf(fate: Fate): number {
    return this.fates[fate];
  }

  fateOf(key: string): Fate | undefined {
    return this.messages.get(key)?.fate;
  }

  /** Acknowledged messages that have not arrived yet. */
  get missing(): number {
    return this.missingCount;
  }

  /** Arrivals beyond the first of each message. */
  get duplicates(): number {
    let count = 0;
    for (const { arrivals } of this.messages.values()) count += Math.max(0, arrivals - 1);
    return count;
  }

  /** Keys of what arrived. */
  *arrivedKeys(): Iterable<string> {
    for (const [key, { arrivals }] of this.messages) if (arrivals > 0) yield key;
  }

  findings(): Findings {
    const withFate = (fate: Fate, hasArrived: boolean) =>
      [...this.messages].filter(([, one]) => one.fate === fate && one.arrivals > 0 === hasArrived).map(([key]) => key);
    const named = (keys: Iterable<string>) => [...keys].slice(0, NAMED_MAX);
    return {
      lost: named(withFate('acknowledged', false)),
      unexpected: named(this.unexpected),
      undead: named(withFate('failed', true)),
      damaged: named(this.damaged),
    };
  }
}

export const nothingFound: Findings = { lost: [], unexpected: [], undead: [], damaged: [] };
