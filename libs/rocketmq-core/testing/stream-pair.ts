import type { HostAddress } from '../src/protocol/index.js';
import type { ByteStream, StreamListener } from '../src/remoting/index.js';
import type { Clock } from '../src/runtime/index.js';

/** One end of a connection in memory. */
export class MemoryStream implements ByteStream {
  /** When false nothing leaves this end, as if the other machine did not read. */
  private flowing = true;
  private readonly outgoing: Buffer[] = [];
  private readonly incoming: Buffer[] = [];
  private readonly written: (() => void)[] = [];
  private outgoingSize = 0;
  private listener: StreamListener | undefined;
  private paused = false;
  private ending = false;
  private gone = false;
  private scheduled = false;
  peer!: MemoryStream;

  constructor(
    private readonly clock: Clock,
    readonly local: HostAddress,
    readonly remote: HostAddress,
  ) {}

  get pendingSize(): number {
    return this.outgoingSize;
  }
  get isPaused(): boolean {
    return this.paused;
  }
  get isClosed(): boolean {
    return this.gone;
  }

  attach(listener: StreamListener): void {
    this.listener = listener;
    this.work();
  }

  write(buffers: readonly Buffer[], written?: () => void): void {
    for (const buffer of buffers) {
      this.outgoing.push(buffer);
      this.outgoingSize += buffer.length;
    }
    if (written !== undefined) this.written.push(written);
    this.work();
  }

  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
    this.work();
  }
  end(): void {
    this.ending = true;
    this.work();
  }
  destroy(): void {
    this.finish('destroyed');
    this.peer.clock.nextTurn(() => this.peer.finish('closed by the peer'));
  }

  /** Stops the flow out of this end. */
  clog(): void {
    this.flowing = false;
  }
  unclog(): void {
    this.flowing = true;
    this.work();
  }

  private work(): void {
    if (this.scheduled || this.gone) return;
    this.scheduled = true;
    this.clock.nextTurn(() => {
      this.scheduled = false;
      this.send();
      this.receive();
    });
  }

  private send(): void {
    if (this.gone || !this.flowing) return;
    if (this.outgoing.length > 0) {
      // Copies, as a network does: neither end sees later changes of the other.
      const chunk = Buffer.concat(this.outgoing.splice(0));
      this.outgoingSize = 0;
      for (const written of this.written.splice(0)) written();
      this.peer.incoming.push(chunk);
      this.peer.work();
      this.listener?.drained();
    }
    if (this.ending) this.destroy();
  }

  private receive(): void {
    while (!this.paused && !this.gone && this.listener) {
      const chunk = this.incoming.shift();
      if (chunk === undefined) return;
      this.listener.data(chunk);
    }
  }

  private finish(reason: string): void {
    if (this.gone) return;
    this.receive();
    this.gone = true;
    this.clock.nextTurn(() => this.listener?.closed(reason));
  }
}

const here = (port: number): HostAddress => ({ ip: Buffer.from([127, 0, 0, 1]), port });

/** A connection in memory: what one end writes the other reads in a later turn of the event loop. */
export function streamPair(clock: Clock): [MemoryStream, MemoryStream] {
  const left = new MemoryStream(clock, here(1), here(2));
  const right = new MemoryStream(clock, here(2), here(1));
  left.peer = right;
  right.peer = left;
  return [left, right];
}
