import type { Command } from '../protocol/index.js';
import type { Request, Route } from './ports.js';
import type { Reply } from './reply.js';

/** An outgoing call before it is encoded. `ext` may be added to: signatures go there. */
export interface OutgoingCall {
  readonly command: Command;
  readonly address: string;
  readonly ext: Map<string, string>;
  readonly body: readonly Buffer[];
}

/** Around the handling of requests. Every method is synchronous: it runs on the hot path. */
export interface ServerHook {
  /** @throws RequestRejected to refuse the request */
  before?(request: Request<Command>, route: Route): void;
  /** Also after refusals and errors; not for unknown codes. What it throws is logged. `durationMs` includes the time a request was held. */
  after?(request: Request<Command>, reply: Reply, durationMs: number): void;
}

/** Around outgoing calls. */
export interface ClientHook {
  before?(call: OutgoingCall): void;
  /** `code` is undefined when no response came. */
  after?(call: OutgoingCall, code: number | undefined, durationMs: number): void;
}
