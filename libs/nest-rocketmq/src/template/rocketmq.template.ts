import type { BatchItemResult, OutgoingMessage, Producer, SendResult, TransactionSendResult } from 'rocketmq-core/client';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { errorOfReply } from '../reply/reply-error.js';
import type { LocalWork, TransactionSender } from '../transaction/transaction-sender.js';
import { isPromise } from '../is-promise.js';
import { placeOf, type Destination, type Place } from './destination.js';
import { isDelayed, sendOptionsOf, type DelayOptions, type MessageOptions } from './message-options.js';
import { codecOf, draftOf, outgoingMessage, type Draft } from './outgoing.js';
import { pulledPayload, PullReceivers, type PulledPayload, type ReceiveOptions } from './pull-receivers.js';
import type { RocketMQRecord } from './rocketmq-record.js';
import type { TopicRef } from '../topics/topic-ref.js';
import { intercepted, type SendKind } from '../observation/send-interceptor.js';

/** A payload, or a record with what else the message carries. */
export type PayloadOrRecord<T> = T | RocketMQRecord<T>;

/** What `sendInTransaction` sends: without a delay, and not as a reply. */
export interface TransactionalMessage<In = unknown> extends Omit<MessageOptions, keyof DelayOptions> {
  readonly destination: Destination<In>;
  readonly payload: In;
}

export interface TransactionOptions {
  /** Name of the listener. Default: the one whose topic and tag match. */
  readonly listener?: string;
}

/**
 * Sends messages. As RocketMQTemplate of rocketmq-spring, with promises. Every form takes the options of MessageOptions: keys, tag, properties, delay,
 * codec, time limit, AbortSignal. Errors are those of `rocketmq-core/client`, untouched.
 */
export class RocketMQTemplate {
  private readonly receivers: PullReceivers;

  constructor(
    private readonly connection: RocketMQConnection,
    private readonly transactions?: TransactionSender,
  ) {
    this.receivers = new PullReceivers(connection);
  }

  /**
   * Resolves when the broker has stored the message as its flush mode says.
   * @throws InvalidInput before anything is sent; SendFailed, whose `outcome` tells a failure from an unknown result
   */
  send<In = unknown>(destination: Destination<In>, payload: PayloadOrRecord<NoInfer<In>>, options?: MessageOptions): Promise<SendResult> {
    const draft = draftOf(destination, payload, options);
    return this.one('send', draft, (producer, message) => producer.send(message, sendOptionsOf(draft.options)));
  }

  /** Messages with the same `shardingKey` go to one queue and keep their order. As `send` with that option. */
  sendOrderly<In = unknown>(
    destination: Destination<In>,
    payload: PayloadOrRecord<NoInfer<In>>,
    shardingKey: string,
    options?: MessageOptions,
  ): Promise<SendResult> {
    return this.send(destination, payload, { ...options, shardingKey });
  }

  /** Hands the message to the socket and learns nothing of its fate. */
  async sendOneway<In = unknown>(
    destination: Destination<In>,
    payload: PayloadOrRecord<NoInfer<In>>,
    options?: MessageOptions,
  ): Promise<void> {
    const draft = draftOf(destination, payload, options);
    await this.one('oneway', draft, (producer, message) => producer.sendOneway(message, sendOptionsOf(draft.options)));
  }

  /**
   * As few requests as the sizes allow. One result for each payload, in their order; records may carry keys, tags and properties of their own.
   * With a delay each message is a request of its own: brokers take no delayed batches.
   */
  async sendBatch<In = unknown>(
    destination: Destination<In>,
    payloads: readonly PayloadOrRecord<NoInfer<In>>[],
    options: MessageOptions = {},
  ): Promise<readonly BatchItemResult[]> {
    const drafts = payloads.map((payload) => draftOf(destination, payload, options));
    if (drafts.some((draft) => isDelayed(draft.options))) return Promise.all(drafts.map((draft) => this.item(draft)));
    const messages = await Promise.all(drafts.map(async (draft) => outgoingMessage(draft, this.connection.codec)));
    const producer = await this.connection.producer();
    return this.around('batch', messages, (changed) => producer.sendBatch(changed, sendOptionsOf(options)));
  }

  /**
   * Asks, and resolves with the decoded answer of whichever consumer of the topic replies first.
   * @throws InvalidInput and SendFailed for a request that did not get out, NoReply for one that nobody answered in time, RpcException with what the
   * handler answered in place of a result
   */
  async sendAndReceive<In = unknown, Reply = unknown>(
    destination: Destination<In, Reply>,
    payload: PayloadOrRecord<NoInfer<In>>,
    options?: MessageOptions,
  ): Promise<Reply> {
    const draft = draftOf(destination, payload, options);
    const reply = await this.one('request', draft, (producer, message) => producer.request(message, sendOptionsOf(draft.options)));
    const failure = errorOfReply(reply);
    if (failure !== undefined) throw failure;
    const codec = codecOf(placeOf(destination), draft.options, this.connection.codec);
    return (await (codec.reply ?? codec).decode(reply.body, reply)) as Reply;
  }

  /**
   * Asks for messages, as often as it is called: up to `pullBatchSize` of them, none when there are none in time. What earlier calls gave counts as
   * consumed with the next one; what the last call gave is delivered again when the process ends before that. One call at a time for a group.
   * @throws OperationFailed; Error for a group that receives from another topic
   */
  async receive<Out = unknown>(
    source: string | TopicRef<never, Out>,
    options: ReceiveOptions = {},
  ): Promise<readonly PulledPayload<Out>[]> {
    const { topic, tag, codec } = placeOf(source);
    const messages = await this.receivers.poll({ topic, tag }, options);
    return Promise.all(messages.map((message) => pulledPayload<Out>(message, options.codec ?? codec ?? this.connection.codec)));
  }

  /** `send` under the name that Spring's messaging templates have. */
  async convertAndSend<In = unknown>(
    destination: Destination<In>,
    payload: PayloadOrRecord<NoInfer<In>>,
    options?: MessageOptions,
  ): Promise<void> {
    await this.send(destination, payload, options);
  }

  /**
   * Takes a message back that was sent with `delayMs` or `deliverAt` and whose time has not come.
   * @param recallHandle from the result of its send
   * @returns the id of the message
   */
  async recall(
    destination: string | Place,
    recallHandle: string,
    { timeoutMs, signal }: Pick<MessageOptions, 'timeoutMs' | 'signal'> = {},
  ): Promise<string> {
    const producer = await this.connection.producer();
    return producer.recall(placeOf(destination).topic, recallHandle, sendOptionsOf({ timeoutMs, signal }));
  }

  /**
   * Sends a message that consumers see when the local transaction of a `@TransactionListener` is committed, and never when it is rolled back. Resolves
   * with what the broker was told.
   * @param arg second argument of `executeLocalTransaction`
   * @throws Error when no listener is meant; InvalidInput and SendFailed: the local transaction did not run
   */
  sendInTransaction<In = unknown>(
    message: TransactionalMessage<In>,
    arg?: unknown,
    options: TransactionOptions = {},
  ): Promise<TransactionSendResult> {
    return this.inTransaction(message, { arg }, options);
  }

  /**
   * The same with the local transaction given here: `work` resolves to commit, unless it returns `rollback` or `unknown`. When it throws, or when the
   * process dies, `checkLocalTransaction` of the listener decides.
   */
  transaction<In = unknown>(
    message: TransactionalMessage<In>,
    work: LocalWork<In>,
    options: TransactionOptions = {},
  ): Promise<TransactionSendResult> {
    return this.inTransaction(message, { arg: undefined, work: work as LocalWork }, options);
  }

  private async inTransaction(
    { destination, payload, ...options }: MessageOptions & Pick<Draft, 'destination' | 'payload'>,
    call: { readonly arg: unknown; readonly work?: LocalWork },
    { listener }: TransactionOptions,
  ): Promise<TransactionSendResult> {
    const { transactions } = this;
    if (transactions === undefined) throw new Error('transactions need the template of RocketMQModule');
    const message = await outgoingMessage({ destination, payload, options }, this.connection.codec);
    const { name } = transactions.listenerFor(listener, message.topic, message.tags);
    return this.around('transaction', [message], ([changed = message]) =>
      transactions.send(changed, { payload, ...call }, { ...sendOptionsOf(options), listener: name }),
    );
  }

  private async one<T>(kind: SendKind, draft: Draft, send: (producer: Producer, message: OutgoingMessage) => Promise<T>): Promise<T> {
    const { connection } = this;
    // Nearly always both are there: to wait for them would cost each send two rounds of the microtasks.
    const encoded = outgoingMessage(draft, connection.codec);
    const message = isPromise(encoded) ? await encoded : encoded;
    const producer = connection.startedProducer ?? (await connection.producer());
    return await this.around(kind, [message], ([changed = message]) => send(producer, changed));
  }

  private async item(draft: Draft): Promise<BatchItemResult> {
    try {
      const result = await this.one('send', draft, (producer, message) => producer.send(message, sendOptionsOf(draft.options)));
      return { sent: true, result };
    } catch (error) {
      return { sent: false, messageId: '', error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  private around<T>(
    kind: SendKind,
    messages: readonly OutgoingMessage[],
    send: (messages: readonly OutgoingMessage[]) => Promise<T>,
  ): Promise<T> {
    return intercepted(this.connection.sendInterceptors, { kind, messages }, send);
  }
}
