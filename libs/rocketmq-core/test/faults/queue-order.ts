/** One call of a listener for one message. Times are those of a clock that all processes of this host share. */
export interface Call {
  readonly member: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly beganAt: number;
  /** Infinity while it has not ended, or when its process was killed in it. */
  endedAt: number;
}

export interface OrderFindings {
  /** Two calls of one queue at the same time. */
  readonly overlaps: readonly string[];
  /** A message that is seen for the first time behind a later one. */
  readonly backward: readonly string[];
  /** Deliveries beyond the first of each message. */
  readonly repeated: number;
}

const NAMED_MAX = 10;
const textOf = ({ member, queueId, queueOffset }: Call) => `${queueId}@${queueOffset} by ${member}`;

/** What listeners did with queues that are consumed in order. */
export class QueueOrder {
  private readonly calls: Call[] = [];
  private readonly halts = new Map<string, number[]>();

  began(member: string, queueId: number, queueOffset: number, beganAt: number): void {
    this.calls.push({ member, queueId, queueOffset, beganAt, endedAt: Infinity });
  }

  ended(member: string, queueId: number, queueOffset: number, endedAt: number): void {
    const call = this.calls.findLast((one) => one.member === member && one.queueId === queueId && one.queueOffset === queueOffset);
    if (call !== undefined) call.endedAt = Math.min(call.endedAt, endedAt);
  }

  /** The process was killed, or stopped by a signal: what it was doing then is done as far as others are concerned. */
  halted(member: string, at: number): void {
    this.halts.set(member, [...(this.halts.get(member) ?? []), at]);
  }

  get count(): number {
    return this.calls.length;
  }

  /** Queues of which a member has had messages. */
  queuesOf(member: string): ReadonlySet<number> {
    return new Set(this.calls.filter((call) => call.member === member).map(({ queueId }) => queueId));
  }

  /** The most calls that ran at once in that time, of all members. */
  inFlightMax(from: number, until: number): number {
    const steps: (readonly [at: number, step: 1 | -1])[] = [];
    for (const { beganAt, endedAt } of this.calls) {
      if (endedAt >= from && beganAt <= until) steps.push([Math.max(beganAt, from), 1], [endedAt, -1]);
    }
    let running = 0;
    let most = 0;
    // Of one moment the ends come last.
    for (const [, step] of steps.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
      running += step;
      most = Math.max(most, running);
    }
    return most;
  }

  /** @param from of the calls that are looked at */
  findings(from = 0): OrderFindings {
    const overlaps: string[] = [];
    const backward: string[] = [];
    let repeated = 0;
    for (const calls of byQueue(this.calls.slice(from).map((call) => this.untilHalt(call)))) {
      const seen = new Set<number>();
      let highest = -1;
      let before: Call | undefined;
      for (const call of calls) {
        if (before !== undefined && call.beganAt < before.endedAt) overlaps.push(`${textOf(call)} during ${textOf(before)}`);
        if (!seen.has(call.queueOffset) && call.queueOffset < highest) backward.push(`${textOf(call)} behind ${highest}`);
        if (seen.has(call.queueOffset)) repeated += 1;
        seen.add(call.queueOffset);
        highest = Math.max(highest, call.queueOffset);
        before = before === undefined || call.endedAt > before.endedAt ? call : before;
      }
    }
    return { overlaps: overlaps.slice(0, NAMED_MAX), backward: backward.slice(0, NAMED_MAX), repeated };
  }

  private untilHalt(call: Call): Call {
    // What it wrote before may be read after it was told to stop.
    const halt = this.halts.get(call.member)?.find((at) => at >= call.beganAt) ?? Infinity;
    return { ...call, endedAt: Math.min(call.endedAt, halt) };
  }
}

function byQueue(calls: readonly Call[]): Iterable<readonly Call[]> {
  const queues = new Map<number, Call[]>();
  for (const call of calls.toSorted((a, b) => a.beganAt - b.beganAt)) {
    const known = queues.get(call.queueId);
    if (known === undefined) queues.set(call.queueId, [call]);
    else known.push(call);
  }
  return queues.values();
}
