import { EventEmitter } from 'node:events';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { ClientInstance } from 'rocketmq-core/client';
import { deferred } from './deferred.js';
import { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';
import { LISTENER_EXTRAS } from '../listener/listener.metadata.js';
import type { RocketMQListenerOptions } from '../listener/listener-options.js';
import { ConsumerOrchestrator } from '../discovery/consumer.orchestrator.js';
import { ReadyGate } from '../discovery/ready-gate.js';
import { endpointOf } from '../execution/endpoint.js';
import type { RocketMQConnectionOptions } from '../rocketmq.options.js';
import { DEFAULT_CONNECTION, ROCKETMQ_TRANSPORT } from '../rocketmq.tokens.js';
import type { RocketMQContext } from '../listener/rocketmq.context.js';

export type RocketMQStatus = 'connecting' | 'connected' | 'draining' | 'stopped' | 'crashed';

/** Events of the transport, as `status` shows them. */
export interface RocketMQEvents extends Record<string, (...args: never[]) => void> {
  connected: () => void;
  stopped: () => void;
  crashed: (error: Error) => void;
}

/** The parts that RocketMQModule shares with its server. */
export interface ServerParts {
  readonly connection: RocketMQConnection;
  readonly orchestrator: ConsumerOrchestrator;
  readonly gate: ReadyGate;
}

type Hook = (run: () => Promise<void>) => Promise<void>;

/**
 * Serves `@RocketMQListener` methods of controllers. With RocketMQModule: `app.connectMicroservice({ strategy: app.get(RocketMQServer) })`; nothing is
 * consumed before the application is ready, whatever the order of `startAllMicroservices` and `init`. Without the module:
 * `NestFactory.createMicroservice(AppModule, { strategy: RocketMQServer.standalone({ namesrvAddr }) })`.
 */
export class RocketMQServer extends Server<RocketMQEvents, RocketMQStatus> implements CustomTransportStrategy {
  override transportId = ROCKETMQ_TRANSPORT;
  // The client below reports every failed delivery itself.
  override readonly propagatesEventHandlerErrors = true;
  private readonly endpoints: ListenerEndpoint[] = [];
  private readonly events = new EventEmitter();
  private listening = false;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly parts: ServerParts,
    private readonly ownsConnection = false,
  ) {
    super();
  }

  /** A server with a connection of its own, for a microservice without RocketMQModule. */
  static standalone(options: RocketMQConnectionOptions): RocketMQServer {
    const connection = new RocketMQConnection(DEFAULT_CONNECTION, options);
    // Nest has finished its bootstrap when it calls `listen` of a pure microservice.
    const gate = ReadyGate.passed();
    return new RocketMQServer({ connection, gate, orchestrator: new ConsumerOrchestrator(connection) }, true);
  }

  get isListening(): boolean {
    return this.listening;
  }

  // The base class keys handlers by pattern alone: two on one topic would be chained, and one failure would fail both.
  override addHandler(pattern: unknown, handler: MessageHandler, isEventHandler = false, extras: Record<string, unknown> = {}): void {
    const options = extras[LISTENER_EXTRAS] as RocketMQListenerOptions | undefined;
    if (!isEventHandler || options === undefined) {
      this.logger.warn(`the handler of ${String(pattern)} has no @RocketMQListener: it is not served`);
      return;
    }
    if ((options.connection ?? DEFAULT_CONNECTION) !== this.parts.connection.name) return;
    handler.isEventHandler = isEventHandler;
    handler.extras = extras;
    this.messageHandlers.set(`${options.group}/${options.topic}/${options.selector?.tag ?? '*'}`, handler);
    this.endpoints.push(
      endpointOf({
        name: `the controller method for ${options.topic} (${options.selector?.tag ?? '*'})`,
        options,
        connection: this.parts.connection,
        handler,
        around: (context, run) => this.withHooks(context, run),
      }),
    );
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

  private async consume(): Promise<void> {
    try {
      await this.parts.orchestrator.add(this.endpoints);
      await this.parts.orchestrator.start();
    } catch (error) {
      this._status$.next('crashed');
      this.events.emit('crashed', error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
    this._status$.next('connected');
    this.events.emit('connected');
  }

  private async drain(): Promise<void> {
    this._status$.next('draining');
    await this.parts.orchestrator.drain();
    if (this.ownsConnection) await this.parts.connection.close();
    this._status$.next('stopped');
    this.events.emit('stopped');
  }

  // The hook decides when, and whether, it returns what `done` returns; so the end of the handler is our own promise.
  private async withHooks(context: RocketMQContext, run: () => Promise<void>): Promise<void> {
    const ended = deferred();
    const guarded: Hook = async (task) => {
      try {
        await task();
        ended.resolve();
      } catch (error) {
        ended.reject(error);
      } finally {
        // Absent until an instrumentation sets it.
        (this.onProcessingEndHook as typeof this.onProcessingEndHook | undefined)?.(ROCKETMQ_TRANSPORT, context);
      }
    };
    this.onProcessingStartHook(ROCKETMQ_TRANSPORT, context, () => guarded(run));
    await ended.promise;
  }
}
