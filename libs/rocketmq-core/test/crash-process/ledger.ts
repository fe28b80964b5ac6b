import { PropertyName, type MessageExt } from '../../src/protocol/index.js';
import type { SeededRandom } from '../../testing/index.js';

/** What one sender sends to one queue: each message only after the one before was answered, so their order is promised. */
export interface Lane {
  readonly name: string;
  readonly topic: string;
  readonly queueId: number;
}

interface Sent {
  readonly lane: Lane;
  readonly sequence: number;
  readonly body: Buffer;
  acknowledgedAt: number | undefined;
  storedAt: number | undefined;
}

const SIZE_MAX = 64 * 1024;

/** Everything that was sent and how it was answered: what a broker may and must have. */
export class Ledger {
  readonly faults: string[] = [];
  acknowledged = 0;
  private readonly sent = new Map<string, Sent>();
  private readonly unseen = new Map<string, Sent>();
  private readonly lastSequence = new Map<string, number>();
  private readonly noise: Buffer;

  constructor(private readonly random: SeededRandom) {
    this.noise = random.bytes(2 * SIZE_MAX);
  }

  /** Writes down a message before it leaves. */
  next(lane: Lane): { key: string; body: Buffer } {
    const sequence = this.sent.size;
    const key = `${lane.name}-${sequence}`;
    const start = this.random.below(SIZE_MAX);
    const body = this.noise.subarray(start, start + this.size());
    this.sent.set(key, { lane, sequence, body, acknowledgedAt: undefined, storedAt: undefined });
    return { key, body };
  }

  acknowledge(key: string, queueOffset: number): void {
    const sent = this.sent.get(key);
    if (sent === undefined) return;
    sent.acknowledgedAt = queueOffset;
    this.unseen.set(key, sent);
    this.acknowledged += 1;
  }

  /** Compares a message that the broker has with what was sent. @returns its key */
  check(message: MessageExt): string {
    const key = message.properties.get(PropertyName.KEYS) ?? '';
    const where = `${message.topic}/${message.queueId} at ${message.queueOffset}`;
    const sent = this.sent.get(key);
    if (sent === undefined) this.faults.push(`${where}: ${JSON.stringify(key)} was never sent`);
    else this.compare(sent, message, `${where}: ${key}`);
    return key;
  }

  /** Call when everything that the broker has was checked. */
  expectNothingLost(): void {
    for (const [key, { acknowledgedAt }] of this.unseen) this.faults.push(`${key} was acknowledged at ${acknowledgedAt} and is lost`);
    this.unseen.clear();
  }

  private compare(sent: Sent, message: MessageExt, name: string): void {
    const { lane, sequence, acknowledgedAt } = sent;
    const { queueOffset } = message;
    const fault = (text: string) => this.faults.push(`${name} ${text}`);
    if (sent.storedAt !== undefined) fault(`is stored twice, first at ${sent.storedAt}`);
    if (message.topic !== lane.topic || message.queueId !== lane.queueId) fault(`was sent to ${lane.topic}/${lane.queueId}`);
    if (!message.body.equals(sent.body)) fault('has another body');
    if (acknowledgedAt !== undefined && acknowledgedAt !== queueOffset) fault(`was acknowledged at ${acknowledgedAt}`);
    if (sequence <= (this.lastSequence.get(lane.name) ?? -1)) fault(`comes after ${this.lastSequence.get(lane.name)} of its sender`);
    this.lastSequence.set(lane.name, sequence);
    sent.storedAt = queueOffset;
    this.unseen.delete(`${lane.name}-${sequence}`);
  }

  /** Mostly small, some of a few kilobytes, a few large. */
  private size(): number {
    const kind = this.random.below(20);
    const max = kind === 0 ? SIZE_MAX : kind < 5 ? 8 * 1024 : 512;
    return 1 + this.random.below(max);
  }
}
