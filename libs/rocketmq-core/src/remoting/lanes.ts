import { assert } from '../base/index.js';

/**
 * Apache's thread pools and the capacities of their queues (BrokerConfig, NamesrvConfig). There are no threads here: a lane counts the requests
 * that are being handled, and one that is full answers SYSTEM_BUSY. A held request (long polling) has left its lane.
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

export interface LaneFigures {
  readonly name: string;
  readonly capacity: number;
  readonly size: number;
}

export class Lane {
  private running = 0;

  constructor(
    readonly name: string,
    readonly capacity: number,
  ) {}

  get size(): number {
    return this.running;
  }

  /** @returns false when the lane is full; otherwise `leave` must follow once */
  enter(): boolean {
    if (this.running >= this.capacity) return false;
    this.running += 1;
    return true;
  }

  leave(): void {
    this.running -= 1;
  }
}

/** The lanes of one process part. Two servers of one broker share them. */
export class Lanes {
  private readonly lanes: ReadonlyMap<string, Lane>;

  constructor(capacities: Readonly<Record<string, number>> = apacheLaneCapacities) {
    this.lanes = new Map(Object.entries(capacities).map(([name, capacity]) => [name, new Lane(name, capacity)]));
  }

  get(name: string): Lane {
    const lane = this.lanes.get(name);
    assert(lane !== undefined, `no lane is called ${name}`);
    return lane;
  }

  figures(): LaneFigures[] {
    return [...this.lanes.values()].map(({ name, capacity, size }) => ({ name, capacity, size }));
  }
}
