import { Logger } from '@nestjs/common';
import { createReply, expectsReply, type OutgoingMessage, type ReceivedMessage } from 'rocketmq-core/client';
import type { Codec } from '../codec/codec.js';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { ERROR_PROPERTY, replyErrorOf } from './reply-error.js';

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

  /** @throws what the codec throws: the handler has returned something that cannot be written */
  async answer(request: ReceivedMessage, value: unknown): Promise<void> {
    const about = { topic: request.topic, tag: request.tags, keys: request.keys };
    const encoded = await (this.codec.reply ?? this.codec).encode(value ?? null, about);
    const { body, properties } = Buffer.isBuffer(encoded) ? { body: encoded, properties: {} } : encoded;
    await this.send(request, createReply(request, body, { properties }));
  }

  /** Tells the requester of an error. */
  async refuse(request: ReceivedMessage, error: Error): Promise<void> {
    const body = JSON.stringify(replyErrorOf(error));
    await this.send(request, createReply(request, body, { properties: { [ERROR_PROPERTY]: 'true' } }));
  }

  private async send(request: ReceivedMessage, reply: OutgoingMessage): Promise<void> {
    try {
      const producer = await this.connection.producer();
      await producer.send(reply);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.logger.warn(`the answer to ${request.messageId} of ${request.topic} did not reach its requester: ${why}`);
    }
  }
}
