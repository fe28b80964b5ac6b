import { assert } from '../base/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import { Budget } from './budget.js';
import type { ByteStream } from './byte-stream.js';
import { Caller, defaultIdentity, type Identity } from './calls.js';
import { defaultLimits, type RemotingLimits } from './config.js';
import { Connection, type ConnectionTraits } from './connection.js';
import { Dispatcher } from './dispatcher.js';
import type { ServerHook } from './hooks.js';
import { Lanes } from './lanes.js';
import { TurnFlush } from './outbox.js';
import type { Peer, Route } from './ports.js';
import { listen, type Listener } from './tcp.js';

export interface RemotingServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly routes: readonly Route[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default `new Lanes()`, which has Apache's. Servers that share a broker share its lanes. */
  readonly lanes?: Lanes;
  readonly limits?: Partial<RemotingLimits>;
  readonly hooks?: readonly ServerHook[];
  readonly identity?: Partial<Identity>;
  /** Told of each connection before its first request. */
  readonly connected?: (peer: Peer) => void;
}

/** Accepts connections and serves the requests of a route table on them. */
export class RemotingServer {
  private readonly connections = new Set<Connection>();
  private readonly traits: ConnectionTraits;
  private listener: Listener | undefined;
  private stopping: Promise<void> | undefined;

  constructor(private readonly options: RemotingServerOptions) {
    const { clock, logger, routes, lanes = new Lanes(), hooks } = options;
    const limits = { ...defaultLimits, ...options.limits };
    const identity = { ...defaultIdentity, ...options.identity };
    this.traits = {
      clock,
      logger,
      limits,
      input: new Budget(limits.inputBytesTotalMax),
      output: new Budget(limits.outputBytesTotalMax),
      turns: new TurnFlush(clock),
      sink: new Dispatcher({ routes, lanes, identity, clock, logger, hooks }),
      caller: new Caller(identity),
      accepted: true,
    };
  }

  /** The connections that are open. */
  get peers(): ReadonlySet<Peer> {
    return this.connections;
  }

  /**
   * @returns where it listens; `port` is the real one
   * @throws OperationFailed with reason `io` when the address cannot be bound
   */
  async start(): Promise<{ readonly host: string; readonly port: number }> {
    assert(this.listener === undefined && this.stopping === undefined, 'a server is started once');
    const { host, port, logger } = this.options;
    const listener = await listen({
      host,
      port,
      onStream: (stream) => this.accept(stream),
      onError: (error) => logger.log('error', 'the listening socket failed', { host, port, error: error.message }),
    });
    this.listener = listener;
    return { host: listener.host, port: listener.port };
  }

  /** Accepts nothing more, lets running handlers finish and their answers leave, and closes every connection after `deadlineMs` at the latest. Idempotent. */
  stop(deadlineMs: number): Promise<void> {
    this.stopping ??= this.close(deadlineMs);
    return this.stopping;
  }

  private async close(deadlineMs: number): Promise<void> {
    const unbound = this.listener?.close();
    await Promise.all([...this.connections].map((connection) => connection.shutdown(deadlineMs, 'the server was stopped')));
    await unbound;
  }

  private accept(stream: ByteStream): void {
    const { limits, logger } = this.traits;
    if (this.stopping !== undefined || this.connections.size >= limits.connectionsMax) {
      if (this.stopping === undefined)
        logger.log('warn', 'connection refused: there are too many', { connectionsMax: limits.connectionsMax });
      stream.destroy();
      return;
    }
    const connection = new Connection(stream, this.traits);
    this.connections.add(connection);
    connection.onClose(() => this.connections.delete(connection));
    this.options.connected?.(connection);
  }
}
