import { setMaxListeners } from 'node:events';
import { isOperationFailed, OperationFailed } from '../base/index.js';
import type { Command, HeaderOf } from '../protocol/index.js';
import { type Clock, type Logger, sleep } from '../runtime/index.js';
import { Budget } from './budget.js';
import { Caller, defaultIdentity, type Identity } from './calls.js';
import { defaultLimits, type RemotingLimits } from './config.js';
import { Connection, type ConnectionTraits } from './connection.js';
import { Dispatcher } from './dispatcher.js';
import type { ClientHook, ServerHook } from './hooks.js';
import { Lanes } from './lanes.js';
import { TurnFlush } from './outbox.js';
import type { Answer, CallOptions, Route } from './ports.js';
import { dial } from './tcp.js';

export interface RemotingClientOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** For requests that servers send back over the connections of this client. */
  readonly routes?: readonly Route[];
  readonly lanes?: Lanes;
  readonly limits?: Partial<RemotingLimits>;
  readonly hooks?: readonly ClientHook[];
  readonly serverHooks?: readonly ServerHook[];
  readonly identity?: Partial<Identity>;
}

/** A call that times out although the peer has been silent since it was sent ends the connection, unless the call was this short. */
const SILENCE_MS = 1000;
/** A timer that rings this much after its time tells of a stalled event loop. */
const LATE_MS = 100;

/** Splits `host:port`; an IPv6 host may stand in brackets. @throws OperationFailed with reason `refused` */
function endpointOf(address: string): { host: string; port: number } {
  const colonAt = address.lastIndexOf(':');
  const host = address.slice(0, Math.max(colonAt, 0)).replace(/^\[(.*)\]$/, '$1');
  const port = /^\d{1,5}$/.test(address.slice(colonAt + 1)) ? Number(address.slice(colonAt + 1)) : 0;
  if (host === '' || port < 1 || port > 65_535) throw new OperationFailed('refused', `${JSON.stringify(address)} is not host:port`);
  return { host, port };
}

/** One connection for each address, dialled when it is needed. Safe to share. */
export class RemotingClient {
  private readonly connections = new Map<string, Connection>();
  private readonly dialling = new Map<string, Promise<Connection>>();
  private readonly traits: ConnectionTraits;
  private readonly closeListeners: ((address: string) => void)[] = [];
  private readonly stopped = new AbortController();
  private closing: Promise<void> | undefined;

  constructor(private readonly options: RemotingClientOptions) {
    const { clock, logger, routes = [], lanes = new Lanes(), hooks, serverHooks } = options;
    const limits = { ...defaultLimits, ...options.limits };
    const identity = { ...defaultIdentity, ...options.identity };
    // As many dials as there are addresses listen to it at a time; Node warns from the eleventh on.
    setMaxListeners(0, this.stopped.signal);
    this.traits = {
      clock,
      logger,
      limits,
      input: new Budget(limits.inputBytesTotalMax),
      output: new Budget(limits.outputBytesTotalMax),
      turns: new TurnFlush(clock),
      sink: new Dispatcher({ routes, lanes, identity, clock, logger, hooks: serverHooks }),
      caller: new Caller(identity, hooks),
      accepted: false,
    };
  }

  /** Runs after the connection to an address is gone, whoever closed it. */
  onClose(listener: (address: string) => void): void {
    this.closeListeners.push(listener);
  }

  /** Whether there is an open connection. */
  isConnected(address: string): boolean {
    return this.connections.has(address);
  }

  /**
   * Asks and waits for the answer; `timeoutMs` includes the dialling.
   * @param address `host:port`
   * @throws OperationFailed (timeout, connection, aborted, closed, overload, refused)
   */
  async invoke<C extends Command>(address: string, command: C, header: HeaderOf<C['request']>, options: CallOptions): Promise<Answer<C>> {
    const { clock } = this.traits;
    const startedMs = clock.monotonic();
    const open = this.connections.get(address);
    const connection = open ?? (await this.connect(address, options.timeoutMs, options.signal));
    const sentMs = open === undefined ? clock.monotonic() : startedMs;
    const timeoutMs = options.timeoutMs - (sentMs - startedMs);
    try {
      return await connection.invoke(command, header, open === undefined ? { ...options, timeoutMs } : options);
    } catch (error) {
      if (isOperationFailed(error) && error.reason === 'timeout')
        this.closeIfSilent(connection, { sentMs, deadlineMs: sentMs + timeoutMs });
      throw error;
    }
  }

  /**
   * Hands the request to the socket.
   * @throws OperationFailed (timeout, connection, closed, overload, refused)
   */
  async oneway<C extends Command>(
    address: string,
    command: C,
    header: HeaderOf<C['request']>,
    options: Pick<CallOptions, 'body' | 'ext'> = {},
  ): Promise<void> {
    const connection = this.connections.get(address) ?? (await this.connect(address, this.traits.limits.connectTimeoutMs));
    if (connection.oneway(command, header, options)) return;
    if (connection.closed) throw new OperationFailed('connection', `${command.name} to ${address}: the connection was lost`);
    throw new OperationFailed('overload', `${command.name} to ${address}: too much waits to be sent`);
  }

  /** Drops the connection to one address. */
  disconnect(address: string, reason: string): void {
    this.connections.get(address)?.close(reason);
  }

  /** Fails what is waiting, lets running handlers finish and their answers leave; after `deadlineMs` at the latest everything is closed. Idempotent. */
  close(deadlineMs: number): Promise<void> {
    this.closing ??= this.shutdown(deadlineMs);
    return this.closing;
  }

  private async shutdown(deadlineMs: number): Promise<void> {
    this.stopped.abort();
    await Promise.allSettled(this.dialling.values());
    await Promise.all([...this.connections.values()].map((connection) => connection.shutdown(deadlineMs, 'the client was closed')));
  }

  private closeIfSilent(connection: Connection, { sentMs, deadlineMs }: { readonly sentMs: number; readonly deadlineMs: number }): void {
    const nowMs = this.traits.clock.monotonic();
    // Late itself, this process has not looked at its sockets: the answer may lie there.
    if (nowMs - deadlineMs >= LATE_MS) return;
    const silentMs = nowMs - Math.max(connection.lastReceivedMs, sentMs);
    // Perhaps the other machine is gone without a word. A new connection finds out, this one would only after many minutes.
    if (connection.lastReceivedMs <= sentMs && silentMs >= SILENCE_MS)
      connection.close(`silent for ${Math.round(silentMs)} ms while an answer was due`);
  }

  /** Callers share one attempt; each waits no longer than its own time. */
  private async connect(address: string, timeoutMs: number, signal?: AbortSignal): Promise<Connection> {
    if (this.closing !== undefined) throw new OperationFailed('closed', 'the client was closed');
    let attempt = this.dialling.get(address);
    if (attempt === undefined) {
      attempt = this.dialNew(address).finally(() => this.dialling.delete(address));
      this.dialling.set(address, attempt);
    }
    const { clock, limits } = this.traits;
    if (timeoutMs >= limits.connectTimeoutMs && signal === undefined) return attempt;
    const given = new AbortController();
    const late = sleep(clock, timeoutMs, signal === undefined ? given.signal : AbortSignal.any([given.signal, signal])).then(() => {
      throw new OperationFailed('timeout', `connecting to ${address} took more than ${timeoutMs} ms`);
    });
    late.catch(() => undefined);
    return Promise.race([attempt, late]).finally(() => given.abort());
  }

  private async dialNew(address: string): Promise<Connection> {
    const { clock, limits } = this.traits;
    const stream = await dial({ ...endpointOf(address), timeoutMs: limits.connectTimeoutMs, clock, signal: this.stopped.signal });
    const connection = new Connection(stream, this.traits);
    if (this.closing !== undefined) {
      connection.close('the client was closed');
      throw new OperationFailed('closed', 'the client was closed');
    }
    this.connections.set(address, connection);
    connection.onClose(() => this.forget(address, connection));
    return connection;
  }

  private forget(address: string, connection: Connection): void {
    if (this.connections.get(address) === connection) this.connections.delete(address);
    for (const listener of this.closeListeners) listener(address);
  }
}
