import type { Command, Frame, HeaderOf, HostAddress, Received } from '../protocol/index.js';
import type { LaterReply } from './later-reply.js';
import type { Reply } from './reply.js';

/** A decoded request together with the connection it came on. */
export interface Request<C extends Command> {
  readonly header: Received<C['request']>;
  /** All ext fields as received: unknown ones are kept, signatures need them. */
  readonly ext: ReadonlyMap<string, string>;
  /** A view of the received bytes, valid until the reply is settled. */
  readonly body: Buffer | undefined;
  readonly peer: Peer;
  readonly frame: Frame;
  /**
   * For long polling: gives the request's place in its lane and in the limits of its connection back, so that its reply may stay open for long.
   * A graceful close does not wait for held requests. Idempotent.
   */
  hold(): void;
}

/**
 * An error it throws becomes the response. A reply that is returned without a promise is written in the same turn of the event loop.
 * A reply that stays open for long polling says so by `request.hold()`.
 */
export type Handler<C extends Command> = (request: Request<C>) => Reply<C> | Promise<Reply<C>> | LaterReply<C>;

/** What a peer answered. Codes other than 0 are values, not errors. */
export interface Answer<C extends Command> {
  readonly code: number;
  readonly remark: string | undefined;
  readonly header: Received<C['response']>;
  readonly ext: ReadonlyMap<string, string>;
  readonly body: Buffer | undefined;
  /** MQVersion ordinal of the peer's process. */
  readonly version: number;
}

export interface CallOptions {
  readonly body?: Buffer | readonly Buffer[];
  /** Ext fields beside the header's. */
  readonly ext?: ReadonlyMap<string, string>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** The other end of one connection. Both ends may ask. */
export interface Peer {
  /** Unique in the process. */
  readonly id: number;
  /** `ip:port`. */
  readonly address: string;
  readonly remote: HostAddress;
  readonly local: HostAddress;
  readonly closed: boolean;
  /** Runs once, at once when already closed. */
  onClose(listener: () => void): void;
  /** @throws OperationFailed (timeout, connection, aborted, closed, overload) */
  invoke<C extends Command>(command: C, header: HeaderOf<C['request']>, options: CallOptions): Promise<Answer<C>>;
  /** Hands the request to the socket; nothing is awaited. @returns false when the connection is closed or its output is over the limit */
  oneway<C extends Command>(command: C, header: HeaderOf<C['request']>, options?: Pick<CallOptions, 'body' | 'ext'>): boolean;
  close(reason: string): void;
}

/** One row of a route table: what serves a command. Built by `route()` so that command and handler fit. */
export interface Route {
  readonly command: Command;
  readonly handler: Handler<Command>;
  /** Name of the bounded work lane; see lanes.ts. */
  readonly lane: string;
}

export function route<C extends Command>(command: C, handler: Handler<C>, lane: string): Route {
  // The dispatcher decodes by `command` before it calls `handler`: the pair is type-checked here and travels together.
  return { command, handler, lane };
}
