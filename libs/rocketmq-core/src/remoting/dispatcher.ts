import { assert, isProtocolViolation, isRequestRejected, messageOf } from '../base/index.js';
import {
  AnswerPrinter,
  type Command,
  decodeRequest,
  encodeAnswer,
  encodeFrame,
  type Frame,
  FrameFlag,
  ResponseCode,
  ScannedExt,
  VERSION,
  VersionGate,
} from '../protocol/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import { type Identity, partsOf, serializationFor } from './calls.js';
import type { Connection, RequestSink } from './connection.js';
import type { ServerHook } from './hooks.js';
import { LaterReply, type ReplyListener } from './later-reply.js';
import type { Lane, Lanes, WaitingRequest } from './lanes.js';
import type { Request, Route } from './ports.js';
import type { Reply } from './reply.js';

const NO_EXT: ReadonlyMap<string, string> = new Map();
const REMARK_LENGTH_MAX = 1024;
const UNEXPECTED = 'the request failed, the log of this process says why';

// By its method: a promise may come from another realm.
const isPromise = (reply: Reply | Promise<Reply>): reply is Promise<Reply> => typeof (reply as Partial<Promise<Reply>>).then === 'function';

/** What happens to requests in the end. */
interface Endings {
  settled(request: OpenRequest, reply: Reply): void;
  failed(request: OpenRequest, error: unknown): void;
}

interface Arrived {
  readonly frame: Frame;
  readonly peer: Connection;
  /** Bytes of the frame. */
  readonly size: number;
  readonly target: Target;
}

/** A request from its arrival to its reply, with the places it occupies. It is told of its reply itself: that spares each request some closures. */
class OpenRequest implements Request<Command>, ReplyListener<Command> {
  readonly ext: ReadonlyMap<string, string>;
  readonly body: Buffer | undefined;
  readonly frame: Frame;
  readonly peer: Connection;
  readonly target: Target;
  private readonly size: number;
  private counted = true;

  constructor(
    { frame, peer, size, target }: Arrived,
    readonly header: Request<Command>['header'],
    readonly startedMs: number,
    private readonly endings: Endings,
  ) {
    this.frame = frame;
    this.peer = peer;
    this.target = target;
    this.size = size;
    this.ext = frame.ext ?? NO_EXT;
    this.body = frame.body;
    peer.requestBegun(size);
  }

  settled(reply: Reply): void {
    this.endings.settled(this, reply);
  }

  failed(error: unknown): void {
    this.endings.failed(this, error);
  }

  hold(): void {
    // Beside the header lies a whole chunk of what was received.
    if (this.counted && this.ext instanceof ScannedExt) this.ext.detach();
    this.leave();
  }

  /** Gives the places back. */
  leave(): void {
    if (!this.counted) return;
    this.counted = false;
    this.target.lane.leave();
    this.peer.requestEnded(this.size);
  }
}

export interface DispatcherOptions {
  readonly routes: readonly Route[];
  readonly lanes: Lanes;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly hooks?: readonly ServerHook[];
}

interface Target {
  readonly route: Route;
  readonly lane: Lane;
}

function extOf({ header, ext }: Reply, command: Command | undefined): ReadonlyMap<string, string> | undefined {
  if (command === undefined || header === undefined) return ext;
  return ext === undefined ? encodeAnswer(command, header) : new Map([...encodeAnswer(command, header), ...ext]);
}

/** Finds the handler of a request and writes its reply. The only place where an error becomes a response. */
export class Dispatcher implements RequestSink {
  private readonly targets: ReadonlyMap<number, Target>;
  private readonly hooks: readonly ServerHook[];
  private readonly printer: AnswerPrinter;
  private readonly endings: Endings = {
    settled: (request, reply) => this.settle(request, reply),
    failed: (request, error) => this.settle(request, this.replyTo(error, request.target.route.command, request.peer)),
  };

  constructor(private readonly options: DispatcherOptions) {
    const { routes, lanes, hooks = [] } = options;
    this.targets = new Map(routes.map((route) => [route.command.code, { route, lane: lanes.get(route.lane) }]));
    assert(this.targets.size === routes.length, 'two routes serve the same request code');
    this.hooks = hooks;
    this.printer = new AnswerPrinter(options.identity.language);
  }

  request(frame: Frame, connection: Connection, size: number): void {
    const target = this.targets.get(frame.code);
    if (target === undefined)
      return this.refuse(frame, connection, ResponseCode.REQUEST_CODE_NOT_SUPPORTED, ` request type ${frame.code} not supported`);
    if (connection.draining) return this.turnAway(frame, connection);
    const { lane } = target;
    if (lane.rejects) return this.busy(frame, connection, '[REJECTREQUEST]system busy, start flow control for a while');
    if (lane.enter()) return this.handle(target, frame, connection, size);
    if (!lane.wait(this.waiting(target, frame, connection, size)))
      return this.busy(frame, connection, '[OVERLOAD]system busy, start flow control for a while');
    connection.requestBegun(size);
  }

  /** It counts for the limits of its connection while it waits, and again while it is handled. */
  private waiting(target: Target, frame: Frame, connection: Connection, size: number): WaitingRequest {
    return {
      start: () => {
        this.handle(target, frame, connection, size);
        connection.requestEnded(size);
      },
      refuse: (remark) => {
        this.busy(frame, connection, remark);
        connection.requestEnded(size);
      },
    };
  }

  private busy(frame: Frame, connection: Connection, remark: string): void {
    this.refuse(frame, connection, ResponseCode.SYSTEM_BUSY, remark);
  }

  private handle(target: Target, frame: Frame, connection: Connection, size: number): void {
    const { route, lane } = target;
    const { command } = route;
    const startedMs = this.hooks.length > 0 ? this.options.clock.monotonic() : 0;
    let header: Request<Command>['header'];
    try {
      header = decodeRequest(command, frame.ext);
    } catch (error) {
      lane.leave();
      return this.respond(frame, connection, command, this.replyTo(error, command, connection));
    }
    const request = new OpenRequest({ frame, peer: connection, size, target }, header, startedMs, this.endings);
    try {
      for (const hook of this.hooks) hook.before?.(request, route);
      const reply = route.handler(request);
      // Most replies are there at once: they must not wait for a microtask, nor pay for a promise.
      if (reply instanceof LaterReply) reply.whenSettled(request);
      else if (isPromise(reply))
        reply.then(
          (settled) => request.settled(settled),
          (error: unknown) => request.failed(error),
        );
      else request.settled(reply);
    } catch (error) {
      request.failed(error);
    }
  }

  private settle(request: OpenRequest, reply: Reply): void {
    const { frame, peer, target, startedMs } = request;
    request.leave();
    this.tellHooks(request, reply, startedMs);
    this.respond(frame, peer, target.route.command, reply);
  }

  // The reply is made: a hook that throws must neither change nor repeat it.
  private tellHooks(request: OpenRequest, reply: Reply, startedMs: number): void {
    for (const hook of this.hooks) {
      try {
        hook.after?.(request, reply, this.options.clock.monotonic() - startedMs);
      } catch (error) {
        this.options.logger.log('error', 'a hook failed after a request', { error: messageOf(error) });
      }
    }
  }

  private replyTo(error: unknown, command: Command, connection: Connection): Reply {
    if (isRequestRejected(error)) return { code: error.code, remark: error.remark.slice(0, REMARK_LENGTH_MAX) };
    // What a peer sent wrongly it is told; what went wrong here is for the log alone: paths and the like are none of its business.
    if (isProtocolViolation(error)) return { code: ResponseCode.SYSTEM_ERROR, remark: messageOf(error).slice(0, REMARK_LENGTH_MAX) };
    const stack = error instanceof Error ? error.stack : undefined;
    this.options.logger.log('error', 'a request failed', {
      request: command.name,
      peer: connection.address,
      error: messageOf(error),
      stack,
    });
    return { code: ResponseCode.SYSTEM_ERROR, remark: UNEXPECTED };
  }

  private respond(frame: Frame, connection: Connection, command: Command, reply: Reply): void {
    if ((frame.flag & FrameFlag.ONEWAY) !== 0 || connection.closed) return reply.release?.();
    try {
      const size = this.print(frame, reply, command);
      if (size > 0) return connection.pushCopy(this.printer.bytes, size);
      const buffers = this.encode(frame, reply, command);
      if (reply.body !== undefined && connection.offer(buffers, reply.release)) return;
      reply.release?.();
      if (reply.body === undefined) connection.push(buffers);
      else this.refuse(frame, connection, ResponseCode.SYSTEM_BUSY, '[OVERLOAD]earlier answers wait to be read');
    } catch (error) {
      // A reply that does not fit its row is a fault of the handler; the peer still gets its one answer.
      const { code, remark = '' } = this.replyTo(error, command, connection);
      this.refuse(frame, connection, code, remark);
    }
  }

  /** To a peer of a server that is being stopped. Newer clients take GO_AWAY as "dial again"; the others know only that it is unavailable. */
  private turnAway(frame: Frame, connection: Connection): void {
    const code = frame.version > VersionGate.GO_AWAY ? ResponseCode.GO_AWAY : ResponseCode.SERVICE_NOT_AVAILABLE;
    this.refuse(frame, connection, code, 'the server is being stopped');
  }

  private refuse(frame: Frame, connection: Connection, code: number, remark: string): void {
    if ((frame.flag & FrameFlag.ONEWAY) !== 0 || connection.closed) return;
    connection.push(this.encode(frame, { code, remark }, undefined));
  }

  private encode(request: Frame, reply: Reply, command: Command | undefined): Buffer[] {
    const { language, serialization: wanted } = this.options.identity;
    const serialization = serializationFor(reply.code, wanted);
    const frame: Frame = {
      code: reply.code,
      language,
      version: VERSION,
      opaque: request.opaque,
      flag: FrameFlag.RESPONSE,
      remark: reply.remark,
      ext: extOf(reply, command),
      body: undefined,
      serialization,
    };
    return encodeFrame(frame, partsOf(reply.body));
  }

  /** @returns the size of what was printed; 0 when the reply is none that can be */
  private print(request: Frame, { code, remark, header, ext, body }: Reply, command: Command): number {
    if (header === undefined || remark !== undefined || body !== undefined) return 0;
    if (serializationFor(code, this.options.identity.serialization) !== 'JSON') return 0;
    return this.printer.print(command, { code, opaque: request.opaque, header, ext });
  }
}
