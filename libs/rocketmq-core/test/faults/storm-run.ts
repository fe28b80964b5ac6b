import { type ClientInstance, isSendFailed, type Producer } from '../../src/client/index.js';
import type { SeededRandom } from '../../testing/index.js';
import { Cluster } from '../client/cluster.js';
import { History } from './checkers.js';
import { MortalProcess } from './mortal-process.js';
import { QueueOrder } from './queue-order.js';

export interface StormOptions {
  /** Folder of the compiled core. */
  readonly compiled: string;
  readonly random: SeededRandom;
  readonly orderly: boolean;
  /** How long the broker keeps a lock, ms; half of it its holder trusts it. Default `LOCK_LIFE_MS`. */
  readonly lockLifeMs?: number;
  /** Members keep their queues although their locks are lost: a bug that the checkers have to find. */
  readonly isBold?: boolean;
}

type Event = 'join' | 'leave' | 'kill' | 'freeze' | 'pause';

interface Member {
  readonly name: string;
  readonly child: MortalProcess;
  paused: boolean;
  frozen: boolean;
}

const TOPIC = 'stormy';
const QUEUES = 8;
const CONCURRENCY = 8;
const MEMBERS_MIN = 2;
const MEMBERS_MAX = 5;
const HOLD_MS = 20;
const BETWEEN_SENDS_MS = 4;
/** Longer than a lock lives, at its holder and at the broker: others may have what a frozen process had. */
const FREEZE_MAX_MS = 5000;
export const LOCK_LIFE_MS = 2000;
const STOP_MS = 20;
/** Seconds of work for each queue. */
const BACKLOG = 1600;

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const now = () => Number(process.hrtime.bigint() / 1000n);

/** Members of one group that come, go, die, freeze and pause while messages are sent to all queues. */
export class StormRun {
  readonly history = new History();
  readonly order = new QueueOrder();
  readonly events: string[] = [];
  private readonly eventTimes: number[] = [];
  private readonly members = new Map<string, Member>();
  private readonly ends: Promise<unknown>[] = [];
  private names = 0;
  private sending = true;
  private stopped = false;

  private constructor(
    private readonly options: StormOptions,
    private readonly cluster: Cluster,
    private readonly client: ClientInstance,
    private readonly producer: Producer,
  ) {}

  static async start(options: StormOptions): Promise<StormRun> {
    const cluster = await Cluster.start(['broker-a'], { rebalanceLockMaxLiveTime: options.lockLifeMs ?? LOCK_LIFE_MS });
    const client = await cluster.client();
    await client.admin().topics.createOrUpdate({ topic: TOPIC, readQueueNums: QUEUES, writeQueueNums: QUEUES });
    const producer = client.producer({ group: 'storm-producer' });
    await producer.start();
    return new StormRun(options, cluster, client, producer);
  }

  /** Sends until `quiet` is called. */
  async load(): Promise<void> {
    for (let number = 0; this.sending; number += 1) {
      await this.send(number);
      await sleep(BETWEEN_SENDS_MS);
    }
  }

  /**
   * The only member of an orderly group freezes while it has a backlog; another one joins and has a right to half of the queues. The first goes on
   * when the other has them, or after `waitMaxMs`, and all that was sent is seen. @returns whether the other got them; nothing more is waited for if not
   */
  async handOver(waitMaxMs: number): Promise<boolean> {
    for (let number = 0; number < BACKLOG; number += 1) await this.send(number);
    const first = await this.join();
    await this.until(() => this.order.queuesOf(first.name).size === QUEUES);
    const thaw = await this.freezeNow(first);
    const second = await this.join();
    const hasShare = () => this.order.queuesOf(second.name).size >= QUEUES / 2;
    for (let waitedMs = 0; !hasShare() && waitedMs < waitMaxMs; waitedMs += 10) await sleep(10);
    const isShared = hasShare();
    thaw();
    if (isShared) await this.until(() => this.history.missing === 0);
    return isShared;
  }

  /** The sum of the most messages that were in flight at once at each event. */
  inFlightAtEvents(): number {
    const ends = [...this.eventTimes.slice(1), now()];
    return this.eventTimes.reduce((sum, from, i) => sum + this.order.inFlightMax(from, ends[i] ?? from), 0);
  }

  async join(): Promise<Member> {
    const { compiled, orderly, lockLifeMs = LOCK_LIFE_MS, isBold = false } = this.options;
    const name = `member-${this.names++}`;
    const options = {
      group: 'storm',
      orderly,
      concurrency: CONCURRENCY,
      persistConsumerOffsetIntervalMs: 200,
      rebalanceIntervalMs: 1000,
      lockIntervalMs: 300,
      lockMaxLiveTimeMs: lockLifeMs / 2,
    };
    const argument = { folder: compiled, namesrvAddr: this.cluster.namesrvAddr, options, topic: TOPIC, holdMs: HOLD_MS, isBold };
    const child = new MortalProcess('member-child.mjs', argument, (line) => this.take(name, line));
    if ((await child.ready()) === undefined) throw new Error(`${name} did not start: ${child.complaints}`);
    const member = { name, child, paused: false, frozen: false };
    this.members.set(name, member);
    return member;
  }

  async joinUntil(count: number): Promise<void> {
    while (this.members.size < count) await this.join();
  }

  /** One thing happens to one member. */
  async disturb(events: readonly Event[]): Promise<void> {
    // What happens to a frozen one waits until it wakes up; others have its queues meanwhile.
    const awake = [...this.members.values()].filter(({ frozen }) => !frozen);
    const event = awake.length < MEMBERS_MIN ? 'join' : this.choose(events);
    const member = this.one(awake.length > 0 ? awake : [...this.members.values()]);
    this.events.push(`${event} ${event === 'join' ? `member-${this.names}` : member.name}`);
    this.eventTimes.push(now());
    if (event === 'join') {
      await this.join();
      return;
    }
    if (event === 'pause') {
      member.paused = !member.paused;
      member.child.signal('SIGUSR2');
      return;
    }
    if (event === 'freeze') {
      this.note(this.freeze(member));
      return;
    }
    this.members.delete(member.name);
    if (event === 'leave') {
      member.child.signal('SIGTERM');
      this.note(this.expectCleanEnd(member));
      return;
    }
    await member.child.kill();
    this.order.halted(member.name, now());
  }

  /** Ends the load, lets everybody go on, and waits until all that was sent has been seen. */
  async drain(): Promise<void> {
    this.sending = false;
    await this.settled();
    for (const member of this.members.values()) {
      if (member.paused) member.child.signal('SIGUSR2');
      member.paused = false;
    }
    await this.until(() => this.history.missing === 0);
  }

  /** Waits until as many more messages have been sent and seen. */
  async calm(messageCount: number): Promise<void> {
    const goal = this.history.sentCount + messageCount;
    await this.until(() => this.history.sentCount >= goal);
  }

  async settled(): Promise<void> {
    await Promise.all(this.ends.splice(0));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.sending = false;
    await Promise.all([...this.members.values()].map(({ child }) => child.kill()));
    await this.settled();
    await this.client.shutdown(1000);
    await this.cluster.stop();
  }

  /** A test that has failed waits no longer. */
  private async until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.stopped) await sleep(10);
  }

  /** Its failure is told when the run settles. */
  private note(end: Promise<void>): void {
    end.catch(() => undefined);
    this.ends.push(end);
  }

  private choose(events: readonly Event[]): Event {
    if (this.members.size <= MEMBERS_MIN) return 'join';
    return this.one(this.members.size >= MEMBERS_MAX ? events.filter((event) => event !== 'join') : events);
  }

  private one<T>(all: readonly T[]): T {
    const chosen = all[this.options.random.below(all.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }

  private async freeze(member: Member): Promise<void> {
    const thaw = await this.freezeNow(member);
    await sleep(this.options.random.below(FREEZE_MAX_MS));
    thaw();
  }

  /** @returns lets it go on */
  private async freezeNow(member: Member): Promise<() => void> {
    member.frozen = true;
    member.child.signal('SIGSTOP');
    // Until the signal has come through; far less than a lock lives.
    await sleep(STOP_MS);
    this.order.halted(member.name, now());
    return () => {
      member.child.signal('SIGCONT');
      member.frozen = false;
    };
  }

  private async expectCleanEnd({ name, child }: Member): Promise<void> {
    const end = await child.died;
    if (end !== '0') throw new Error(`${name} ended with ${end}: ${child.complaints}`);
  }

  private async send(number: number): Promise<void> {
    const key = `m-${number}`;
    const body = this.options.random.bytes(1 + this.options.random.below(200));
    this.history.sent(key, body);
    try {
      await this.producer.send({ topic: TOPIC, body, keys: key });
      this.history.settled(key, 'acknowledged');
    } catch (error) {
      if (!isSendFailed(error)) throw error;
      this.history.settled(key, error.outcome);
    }
  }

  private take(member: string, line: string): void {
    const [what, queueId, queueOffset, ...rest] = line.split(' ');
    if (what === 'began') {
      const [key = '', body = '', at] = rest;
      this.history.arrived(key, Buffer.from(body, 'base64'));
      this.order.began(member, Number(queueId), Number(queueOffset), Number(at));
    } else if (what === 'ended') this.order.ended(member, Number(queueId), Number(queueOffset), Number(rest[0]));
  }
}
