import { assert } from '../base/index.js';

/**
 * Apache's thread pools and the capacities of their queues (BrokerConfig, NamesrvConfig). There are no threads here: a lane counts the requests
 * that are being handled or wait for it, and one that is full answers SYSTEM_BUSY. A held request (long polling) has left its lane.
 */
export const apacheLaneCapacities: Readonly<Record<string, number>> = {
  send: 10_000,
  pull: 100_000,
  litePull: 100_000,
  ack: 100_000,
  reply: 10_000,
  query: 20_000,
  clientManage: 1_000_000,
  consumerManage: 1_000_000,
  heartbeat: 50_000,
  endTransaction: 100_000,
  admin: 10_000,
  /** GET_ROUTEINFO_BY_TOPIC of a name server. */
  route: 50_000,
  /** All other requests of a name server, and requests to a client. */
  default: 10_000,
};

/** When the requests of a lane wait instead of being handled as they are read. */
export interface LaneRules {
  /** Requests being handled at the same time; further ones wait. Default: as many as the capacity allows. */
  readonly runningMax?: number;
  /** Whether requests are begun now. Whoever answers false calls `Lane.resume` when that changes. Default: always. */
  readonly isOpen?: () => boolean;
  /** Whether new requests are turned away at once. As Java: NettyRequestProcessor.rejectRequest. Default: never. */
  readonly rejects?: () => boolean;
}

/** A request that waits in its lane. Exactly one of the two is called, once. */
export interface WaitingRequest {
  start(): void;
  refuse(remark: string): void;
}

export interface LaneFigures {
  readonly name: string;
  readonly capacity: number;
  /** Requests being handled or waiting. */
  readonly size: number;
  /** How long the first one that waits has waited, ms; 0 when none does. */
  readonly headWaitMs: number;
}

interface Waiting {
  readonly request: WaitingRequest;
  readonly sinceMs: number;
}

export class Lane {
  private running = 0;
  // First in, first out. Taken from the front by moving `head`, because the queue may be long.
  private waiting: Waiting[] = [];
  private head = 0;
  private resuming = false;

  constructor(
    readonly name: string,
    readonly capacity: number,
    private readonly options: {
      readonly rules: LaneRules;
      /** Monotonic milliseconds. */
      readonly monotonic: () => number;
      readonly onWaiting: () => void;
    },
  ) {}

  get size(): number {
    return this.running + this.waitingCount;
  }

  get waitingCount(): number {
    return this.waiting.length - this.head;
  }

  get rejects(): boolean {
    return this.options.rules.rejects?.() ?? false;
  }

  figures(): LaneFigures {
    const { name, capacity, size } = this;
    const first = this.waiting[this.head];
    return { name, capacity, size, headWaitMs: first === undefined ? 0 : this.options.monotonic() - first.sinceMs };
  }

  /** @returns false when the request cannot begin now; otherwise `leave` must follow once */
  enter(): boolean {
    if (this.waitingCount > 0 || !this.hasPlace()) return false;
    this.running += 1;
    return true;
  }

  /**
   * For a request that may not enter. When it starts it has entered.
   * @returns false when the lane is full
   */
  wait(request: WaitingRequest): boolean {
    // Nobody waits for a place that only a full lane denies: Java's queue is full then, too.
    if (this.size >= this.capacity) return false;
    this.waiting.push({ request, sinceMs: this.options.monotonic() });
    if (this.waitingCount === 1) this.options.onWaiting();
    return true;
  }

  leave(): void {
    this.running -= 1;
    if (this.waitingCount > 0) this.resume();
  }

  /** Begins what waits and may begin. */
  resume(): void {
    // A request that ends while it begins calls this again: the loop that runs goes on, and the stack stays flat.
    if (this.resuming) return;
    this.resuming = true;
    while (this.waitingCount > 0 && this.hasPlace()) {
      this.running += 1;
      this.shift()?.request.start();
    }
    this.resuming = false;
  }

  /** Refuses what has waited for `waitMaxMs` or longer. As Java: BrokerFastFailure.cleanExpiredRequestInQueue. */
  expire(waitMaxMs: number, remark: (waitedMs: number, left: number) => string): void {
    const nowMs = this.options.monotonic();
    for (let first = this.waiting[this.head]; first !== undefined; first = this.waiting[this.head]) {
      const waitedMs = nowMs - first.sinceMs;
      if (waitedMs < waitMaxMs) return;
      this.shift();
      first.request.refuse(remark(waitedMs, this.waitingCount));
    }
  }

  private hasPlace(): boolean {
    const { runningMax = this.capacity, isOpen } = this.options.rules;
    return this.running < Math.min(runningMax, this.capacity) && (isOpen?.() ?? true);
  }

  private shift(): Waiting | undefined {
    const first = this.waiting[this.head];
    this.head += 1;
    if (this.head === this.waiting.length || this.head > 1024) {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
    }
    return first;
  }
}

export interface LanesOptions {
  /** By the name of the lane. */
  readonly rules?: Readonly<Record<string, LaneRules>>;
  /** Monotonic milliseconds; needed where rules are. */
  readonly monotonic?: () => number;
  /** Called when a lane has its first waiting request. */
  readonly onWaiting?: () => void;
}

/** The lanes of one process part. Two servers of one broker share them. */
export class Lanes {
  private readonly lanes: ReadonlyMap<string, Lane>;

  constructor(capacities: Readonly<Record<string, number>> = apacheLaneCapacities, options: LanesOptions = {}) {
    const { rules = {}, monotonic = () => 0, onWaiting = () => undefined } = options;
    const laneOf = (name: string, capacity: number) => new Lane(name, capacity, { rules: rules[name] ?? {}, monotonic, onWaiting });
    this.lanes = new Map(Object.entries(capacities).map(([name, capacity]) => [name, laneOf(name, capacity)]));
  }

  get(name: string): Lane {
    const lane = this.lanes.get(name);
    assert(lane !== undefined, `no lane is called ${name}`);
    return lane;
  }

  figures(): LaneFigures[] {
    return [...this.lanes.values()].map((lane) => lane.figures());
  }
}
