import type { Budget } from './budget.js';
import type { RemotingLimits } from './config.js';

/** Counts what one connection has brought in and not got rid of: frames half received, requests being handled. */
export class Intake {
  private requests = 0;
  private requestBytes = 0;
  private partialBytes = 0;

  constructor(
    private readonly limits: RemotingLimits,
    private readonly budget: Budget,
  ) {}

  /** Requests being handled. */
  get running(): number {
    return this.requests;
  }

  /** Whether nothing more should be read now. */
  get full(): boolean {
    if (this.requests >= this.limits.requestsMax || this.requestBytes >= this.limits.inputBytesMax) return true;
    return this.starved;
  }

  /** Whether it is the traffic of the other connections that leaves no room. */
  get starved(): boolean {
    return this.budget.exhausted && this.requestBytes + this.partialBytes > this.limits.fairShareSize;
  }

  begin(size: number): void {
    this.requests += 1;
    this.requestBytes += size;
    this.budget.take(size);
  }

  end(size: number): void {
    this.requests -= 1;
    this.requestBytes -= size;
    this.budget.give(size);
  }

  /** @param size bytes of the frame that is being received */
  partial(size: number): void {
    const growth = size - this.partialBytes;
    this.partialBytes = size;
    if (growth > 0) this.budget.take(growth);
    else if (growth < 0) this.budget.give(-growth);
  }
}
