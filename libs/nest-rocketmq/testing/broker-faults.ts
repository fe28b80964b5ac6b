import type { EmbeddedRocketMQOptions } from '../src/embedded/index.js';

type Intercept = NonNullable<EmbeddedRocketMQOptions['intercept']>;
type Route = Parameters<Intercept>[0];
type Handler = Route['handler'];

// SEND_MESSAGE, SEND_MESSAGE_V2, SEND_BATCH_MESSAGE.
const SENDS: ReadonlySet<number> = new Set([10, 310, 320]);

/** What goes wrong in the broker, until it is cleared. */
export class BrokerFaults {
  private acksToDrop = 0;
  private delayMs = 0;

  constructor(private readonly clock: { after(delayMs: number, callback: () => void): unknown }) {}

  /**
   * The next sends are stored, but their answers get lost with the connection: the producer learns nothing, and tries again. What a listener sees is a
   * message that comes twice.
   */
  dropAcks(count = 1): void {
    this.acksToDrop = count;
  }

  /** Every answer to a send comes so much later, in the time of the test. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  clear(): void {
    this.acksToDrop = 0;
    this.delayMs = 0;
  }

  /** For the broker. */
  readonly intercept: Intercept = (route) => (SENDS.has(route.command.code) ? { ...route, handler: this.around(route.handler) } : route);

  private around(handler: Handler): Handler {
    return async (request) => {
      const reply = await handler(request);
      if (this.acksToDrop > 0) {
        this.acksToDrop -= 1;
        request.peer.close('the test drops an acknowledgement');
      }
      const { delayMs } = this;
      if (delayMs > 0) await new Promise<void>((resolve) => this.clock.after(delayMs, resolve));
      return reply;
    };
  }
}
