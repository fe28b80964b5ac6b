import { EventEmitter } from 'node:events';
import { ClientProxy, type PacketId, type ProducerDeserializer, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import type { ClientInstance, SendResult } from 'rocketmq-core/client';
import type { Observable } from 'rxjs';
import { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { Place } from '../template/destination.js';
import { isRocketMQRecord, RocketMQRecord } from '../template/rocketmq-record.js';
import { RocketMQTemplate } from '../template/rocketmq.template.js';
import { isTopicRef, type TopicRef } from '../topics/topic-ref.js';
import type { RocketMQClientOptions } from './rocketmq-client.options.js';

export type RocketMQClientStatus = 'connecting' | 'connected' | 'disconnected' | 'reconnecting';

/** Events of the client, as `status` shows them. */
export interface RocketMQClientEvents extends Record<string, (...args: never[]) => void> {
  connected: () => void;
  disconnected: (error?: Error) => void;
  reconnecting: () => void;
}

type Answer = (packet: WritePacket) => void;
/** Nest 12 lets an instrumentation fill `metadata`. */
type Packet = ReadPacket & { readonly metadata?: Readonly<Record<string, string>> };

const PROBE_TOPIC = 'TBW102';

/**
 * RocketMQ as a `ClientProxy`: `emit` sends a message, `send` asks and waits for the reply. The pattern is the destination: `topic`, `topic:tag`,
 * `{ topic, tag }`, or a typed topic; the data is a payload or a RocketMQRecord.
 *
 * `ClientsModule.register([{ name: 'ORDERS', customClass: RocketMQClient, options: { namesrvAddr } }])`, or with
 * `registerAsync` and `options: { connection }` on the connection of RocketMQModule.
 */
export class RocketMQClient extends ClientProxy<RocketMQClientEvents> {
  private readonly events = new EventEmitter();
  private connection: RocketMQConnection | undefined;
  private connecting: Promise<ClientInstance> | undefined;
  private readonly pending = new Map<AbortController, Answer>();
  private unwatch: () => void = () => undefined;

  constructor(private readonly options: RocketMQClientOptions) {
    super();
    this.initializeSerializer(options);
    const answers: ProducerDeserializer = { deserialize: (response: unknown) => ({ id: '', response, isDisposed: true }) };
    this.deserializer = options.deserializer ?? answers;
  }

  // Nest takes a custom client only as one whose status is any string.
  override get status(): Observable<RocketMQClientStatus> {
    return super.status as Observable<RocketMQClientStatus>;
  }

  /** Finds the name servers and announces the producer. One attempt at a time; one that failed is not kept. */
  connect(): Promise<ClientInstance> {
    this.connecting ??= this.begin().catch((error: unknown) => {
      this.connecting = undefined;
      this.become('disconnected', error);
      throw error;
    });
    return this.connecting;
  }

  /** Ends requests that wait with "Connection closed", and the connection if it is the client's own. `connect` may be called again. */
  async close(): Promise<void> {
    for (const [controller, answer] of this.pending) {
      answer({ err: new Error('Connection closed'), response: undefined });
      controller.abort();
    }
    this.pending.clear();
    const { connection, connecting } = this;
    this.connection = undefined;
    this.connecting = undefined;
    this.unwatch();
    if (connection === undefined) return;
    await connecting?.catch(() => undefined);
    if (!('connection' in this.options)) await connection.close();
    this.become('disconnected');
  }

  override on<E extends keyof RocketMQClientEvents>(event: E, listener: RocketMQClientEvents[E]): void {
    this.events.on(event as string, listener as (...args: unknown[]) => void);
  }

  /** The client below. Throws before `connect`, as the transports of Nest do. */
  unwrap<T = ClientInstance>(): T {
    if (this.connection === undefined) throw new Error('Not initialized. Please call the "connect" method first.');
    return this.connection.unwrap() as T;
  }

  protected publish(packet: ReadPacket & Partial<PacketId>, callback: Answer): () => void {
    const controller = new AbortController();
    this.pending.set(controller, callback);
    void this.ask(packet, controller.signal).then((answer) => {
      // Neither for a subscriber that has gone nor for one that `close` has told already.
      if (this.pending.delete(controller)) callback(answer);
    });
    return () => {
      this.pending.delete(controller);
      controller.abort();
    };
  }

  protected async dispatchEvent<T = SendResult>(packet: ReadPacket): Promise<T> {
    const { place, record } = await this.outgoing(packet);
    return (await this.template().send(place, record)) as T;
  }

  private async ask(request: Packet, signal: AbortSignal): Promise<WritePacket> {
    try {
      const { place, record } = await this.outgoing(request);
      const reply = await this.template().sendAndReceive(place, record, { signal: joined(signal, record.options.signal) });
      const packet: unknown = await this.deserializer.deserialize(reply);
      return { isDisposed: true, ...(packet as WritePacket) };
    } catch (err) {
      return { err, response: undefined };
    }
  }

  private async outgoing(packet: Packet): Promise<{ place: TopicRef | string; record: RocketMQRecord }> {
    const { data } = (await this.serializer.serialize(packet)) as ReadPacket<unknown>;
    const { payload, options } = isRocketMQRecord(data) ? data : new RocketMQRecord(data, {});
    const properties = { ...packet.metadata, ...options.properties };
    return { place: this.placeOf(packet.pattern), record: new RocketMQRecord(payload, { ...options, properties }) };
  }

  private placeOf(pattern: unknown): TopicRef | string {
    if (isTopicRef(pattern)) return pattern;
    const { topic, tag } = (typeof pattern === 'object' && pattern !== null ? pattern : {}) as Partial<Place>;
    if (typeof topic === 'string') return typeof tag === 'string' ? `${topic}:${tag}` : topic;
    return this.normalizePattern(pattern as string);
  }

  private template(): RocketMQTemplate {
    if (this.connection === undefined) throw new Error('Connection closed');
    return new RocketMQTemplate(this.connection);
  }

  private async begin(): Promise<ClientInstance> {
    this.become('connecting');
    this.connection ??= 'connection' in this.options ? this.options.connection : new RocketMQConnection('client', this.options);
    const { connection } = this;
    const client = await connection.start();
    // Without a question to the name servers a wrong address would not show before the first message.
    await client.admin().topics.route(PROBE_TOPIC);
    await connection.producer();
    this.become('connected');
    this.unwatch();
    this.unwatch = client.onReachability((reachability) => this.become(reachability));
    return client;
  }

  private become(status: RocketMQClientStatus, error?: unknown): void {
    this._status$.next(status);
    if (status !== 'connecting') this.events.emit(status, error);
  }
}

const joined = (signal: AbortSignal, given: AbortSignal | undefined): AbortSignal =>
  given === undefined ? signal : AbortSignal.any([signal, given]);
