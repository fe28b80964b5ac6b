import { Logger } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { createReply, expectsReply, type OutgoingMessage, type ReceivedMessage } from 'rocketmq-core/client';
import type { Codec, Encoded } from '../codec/codec.js';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { asError } from '../errors/delivery.errors.js';
import { isOutcome, type Outcome } from '../outcome/outcome.js';
import { ERROR_PROPERTY, replyErrorOf } from './reply-error.js';

interface Settled {
  readonly outcome: Outcome;
  readonly error?: Error;
  readonly value?: unknown;
}

/**
 * Answers requests with what their handlers return or throw. A reply that cannot be delivered is logged: the requester may be gone, and a request is
 * consumed all the same.
 */
export class Replier {
  private readonly logger = new Logger(Replier.name);

  constructor(
    private readonly connection: RocketMQConnection,
    private readonly codec: Codec,
  ) {}

  /** Whether somebody waits for an answer to the message. */
  expects(message: ReceivedMessage): boolean {
    return expectsReply(message);
  }

  /** Nothing for a message that is no request, nor for one that is to be delivered again. */
  async settle(message: ReceivedMessage, { outcome, error, value }: Settled): Promise<void> {
    if (!this.expects(message) || outcome.kind === 'retry') return;
    if (error !== undefined) await this.refuse(message, error);
    else if (outcome.kind === 'reject') await this.refuse(message, new RpcException(outcome.reason ?? 'rejected'));
    else await this.answer(message, isOutcome(value) ? null : value);
  }

  private async answer(request: ReceivedMessage, value: unknown): Promise<void> {
    const about = { topic: request.topic, tag: request.tags, keys: request.keys };
    let encoded: Encoded;
    try {
      encoded = await (this.codec.reply ?? this.codec).encode(value ?? null, about);
    } catch (error) {
      this.logger.error(`the answer to ${request.messageId} of ${request.topic} cannot be written`, asError(error).stack);
      return this.refuse(request, asError(error));
    }
    const { body, properties } = Buffer.isBuffer(encoded) ? { body: encoded, properties: {} } : encoded;
    await this.send(request, createReply(request, body, { properties }));
  }

  private async refuse(request: ReceivedMessage, error: Error): Promise<void> {
    const body = JSON.stringify(replyErrorOf(error));
    await this.send(request, createReply(request, body, { properties: { [ERROR_PROPERTY]: 'true' } }));
  }

  private async send(request: ReceivedMessage, reply: OutgoingMessage): Promise<void> {
    try {
      const producer = await this.connection.producer();
      await producer.send(reply);
    } catch (error) {
      const why = asError(error).message;
      this.logger.warn(`the answer to ${request.messageId} of ${request.topic} did not reach its requester: ${why}`);
    }
  }
}
