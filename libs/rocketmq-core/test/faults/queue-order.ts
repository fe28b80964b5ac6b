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

  began(member: string, queueId: number, queueOffset: number, beganAt: number): void {
    this.calls.push({ member, queueId, queueOffset, beganAt, endedAt: Infinity });
  }

  ended(member: string, queueId: number, queueOffset: number, endedAt: number): void {
    const call = this.calls.findLast((one) => one.member === member && one.queueId === queueId && one.queueOffset === queueOffset);
    // A process that slept has no say about what others did meanwhile.
    if (call !== undefined) call.endedAt = Math.min(call.endedAt, endedAt);
  }

  /** The process was killed, or stopped by a signal: what it was doing then is done as far as others are concerned. */
  halted(member: string, at: number): void {
    for (const call of this.calls) if (call.member === member && call.beganAt <= at) call.endedAt = Math.min(call.endedAt, at);
  }

  get count(): number {
    return this.calls.length;
  }

  /** @param from of the calls that are looked at */
  findings(from = 0): OrderFindings {
    const overlaps: string[] = [];
    const backward: string[] = [];
    let repeated = 0;
    for (const calls of byQueue(this.calls.slice(from))) {
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
