import { EventEmitter } from 'node:events';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { ClientInstance } from 'rocketmq-core/client';
import { deferred } from './deferred.js';
import { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { ConnectionState } from '../connection/connection-status.js';
import { ConfiguredListeners } from '../listener/configured-listeners.js';
import { LISTENER_EXTRAS } from '../listener/listener.metadata.js';
import type { DeclaredListener } from '../listener/listener-options.js';
import { resolveListener, type ResolvingParts } from '../listener/resolve-listener.js';
import { noSource, settled } from '../listener/setting.js';
import { ConsumerOrchestrator } from '../discovery/consumer.orchestrator.js';
import { idempotentCallOf } from '../idempotency/idempotent-call.js';
import { ReadyGate } from '../discovery/ready-gate.js';
import { Endpoint } from '../execution/endpoint.js';
import type { RocketMQConnectionOptions } from '../rocketmq.options.js';
import { DEFAULT_CONNECTION, ROCKETMQ_TRANSPORT } from '../rocketmq.tokens.js';
import { bareListener, type RocketMQPatternExtras } from './bare-pattern.js';
import type { RocketMQContext } from '../listener/rocketmq.context.js';

/** How the connection of the server is. */
export type RocketMQStatus = Exclude<ConnectionState, 'created'>;

/** Events of the transport, as `status` shows them. */
export interface RocketMQEvents extends Record<string, (...args: never[]) => void> {
  connecting: () => void;
  connected: () => void;
  disconnected: () => void;
  reconnecting: () => void;
  rebalancing: () => void;
  draining: () => void;
  stopped: () => void;
  crashed: (error: Error) => void;
}

/** The parts that RocketMQModule shares with its server. */
export interface ServerParts {
  readonly connection: RocketMQConnection;
  readonly orchestrator: ConsumerOrchestrator;
  readonly gate: ReadyGate;
  readonly resolving: ResolvingParts;
}

interface Registration {
  readonly declared: DeclaredListener;
  readonly handler: MessageHandler;
}

/**
 * Serves `@RocketMQListener` methods of controllers. With RocketMQModule: `app.connectMicroservice({ strategy: app.get(RocketMQServer) })`; nothing is
 * consumed before the application is ready, whatever the order of `startAllMicroservices` and `init`. Without the module:
 * `NestFactory.createMicroservice(AppModule, { strategy: RocketMQServer.standalone({ namesrvAddr }) })`.
 */
export class RocketMQServer extends Server<RocketMQEvents, RocketMQStatus> implements CustomTransportStrategy {
  override transportId: symbol = ROCKETMQ_TRANSPORT;
  // Every failed delivery is logged once, with the original error.
  override readonly propagatesEventHandlerErrors = true;
  private registrations: Registration[] = [];
  private readonly events = new EventEmitter();
  private listening = false;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly parts: ServerParts,
    private readonly ownsConnection = false,
  ) {
    super();
    const { status } = parts.connection;
    status.changes.subscribe((state) => {
      if (state === 'created') return;
      this._status$.next(state);
      this.events.emit(state, ...(state === 'crashed' ? [status.error] : []));
    });
  }

  /** A server with a connection of its own, for a microservice without RocketMQModule. */
  static standalone(options: RocketMQConnectionOptions): RocketMQServer {
    const connection = new RocketMQConnection(DEFAULT_CONNECTION, options);
    // Nest has finished its bootstrap when it calls `listen` of a pure microservice.
    const gate = ReadyGate.passed();
    const resolving = { configured: new ConfiguredListeners(options.listeners || {}), source: noSource };
    return new RocketMQServer({ connection, gate, resolving, orchestrator: new ConsumerOrchestrator(connection) }, true);
  }

  get isListening(): boolean {
    return this.listening;
  }

  // The base class keys handlers by pattern alone: two on one topic would be chained, and one failure would fail both.
  override addHandler(pattern: unknown, handler: MessageHandler, isEventHandler = false, extras: Record<string, unknown> = {}): void {
    const { connection, resolving } = this.parts;
    const declared = (extras[LISTENER_EXTRAS] as DeclaredListener | undefined) ?? this.bare(pattern, extras);
    if (declared === undefined) return;
    if ((settled(declared.connection, resolving.source) ?? DEFAULT_CONNECTION) !== connection.name) return;
    handler.isEventHandler = isEventHandler;
    handler.extras = extras;
    this.messageHandlers.set(`${declared.name}/${this.registrations.length}`, handler);
    this.registrations.push({ declared, handler });
  }

  listen(callback: (error?: unknown) => void): void {
    this.listening = true;
    this._status$.next('connecting');
    if (this.parts.gate.isOpen) {
      this.consume().then(
        () => callback(),
        (error: unknown) => callback(error),
      );
      return;
    }
    this.parts.gate.wait(() => this.consume());
    // Nest awaits the callback before it goes on to the hooks that open the gate. There an error still fails the start.
    callback();
  }

  /** Drains the consumers. Idempotent, and safe before `listen`. */
  close(): Promise<void> {
    this.closing ??= this.drain();
    return this.closing;
  }

  on<E extends keyof RocketMQEvents>(event: E, listener: RocketMQEvents[E]): void {
    this.events.on(event as string, listener as (...args: unknown[]) => void);
  }

  /** The client below. Throws before `listen`, as the transports of Nest do. */
  unwrap<T = ClientInstance>(): T {
    if (!this.listening) throw new Error('the server is not listening yet: call unwrap() after startAllMicroservices()');
    return this.parts.connection.unwrap() as T;
  }

  /** What a handler of Nest's own decorators is here. */
  private bare(pattern: unknown, extras: RocketMQPatternExtras): DeclaredListener | undefined {
    const { defaultGroup } = this.parts.connection.options;
    const declared = bareListener(pattern, extras, defaultGroup);
    const text = typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
    if (declared === undefined) this.logger.warn(`the handler of ${text} names no consumer group: it is not served`);
    else if (extras.group === undefined)
      this.logger.warn(
        `the handler of ${text} is served in the group ${defaultGroup}, and by every other transport that it does not exclude`,
      );
    return declared;
  }

  private async consume(): Promise<void> {
    const { connection, orchestrator, resolving } = this.parts;
    const registrations = this.registrations.splice(0);
    const endpoints = registrations.map(({ declared, handler }) => {
      const settings = resolveListener(declared, resolving);
      const idempotent = idempotentCallOf(declared, settings.batch !== undefined, resolving.source);
      return new Endpoint({ settings, connection, handler, idempotent, around: (context, run) => this.withHooks(context, run) });
    });
    await orchestrator.add(endpoints);
    await orchestrator.start();
  }

  private async drain(): Promise<void> {
    await this.parts.orchestrator.drain();
    if (this.ownsConnection) await this.parts.connection.close();
  }

  // The hook decides when, and whether, it returns what `done` returns; so the end of the handler is our own promise.
  private async withHooks(context: RocketMQContext, run: () => Promise<unknown>): Promise<unknown> {
    const ended = deferred<unknown>();
    const transportId = this.transportId;
    // The first releases of Nest 11 have no hooks, and later ones no end hook until an instrumentation sets it.
    const start = this.onProcessingStartHook as typeof this.onProcessingStartHook | undefined;
    if (start === undefined) return run();
    const guarded = async () => {
      try {
        ended.resolve(await run());
      } catch (error) {
        ended.reject(error);
      } finally {
        this.endProcessing(context);
      }
    };
    start.call(this, transportId, context, guarded);
    return ended.promise;
  }

  // Nobody may await what `done` returns, so nothing is thrown into it.
  private endProcessing(context: RocketMQContext): void {
    try {
      (this.onProcessingEndHook as typeof this.onProcessingEndHook | undefined)?.(this.transportId, context);
    } catch (error) {
      this.logger.error(`the hook at the end of processing failed: ${String(error)}`);
    }
  }
}
