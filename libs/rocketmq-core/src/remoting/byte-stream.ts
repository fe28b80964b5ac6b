import type { HostAddress } from '../protocol/index.js';

/** What happens on a stream. Set once, before the first turn of the event loop passes. */
export interface StreamListener {
  /** The chunk belongs to the listener. Not called while paused. */
  data(chunk: Buffer): void;
  /** Bytes have left: `pendingSize` is smaller than before. */
  drained(): void;
  /** Once, last. `reason` tells an error or says that the peer has closed. */
  closed(reason: string): void;
}

/** Bytes in both directions, with backpressure. */
export interface ByteStream {
  readonly remote: HostAddress;
  readonly local: HostAddress;
  /** Bytes written that the operating system has not taken yet. */
  readonly pendingSize: number;
  attach(listener: StreamListener): void;
  /**
   * Takes everything; watch `pendingSize`. The buffers must not change until `written` is called, which a stream that is closed may never do.
   */
  write(buffers: readonly Buffer[], written?: () => void): void;
  pause(): void;
  resume(): void;
  /** Sends what was written, then closes. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}
