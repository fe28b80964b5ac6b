import type { PipeTransform } from '@nestjs/common';
import { Ctx } from '@nestjs/microservices';
import type { RocketMQContext } from '../listener/rocketmq.context.js';

// `@Ctx` takes pipes, though its type does not say so. Built on it and not on createParamDecorator, so that both kinds of listeners understand it.
const ctxWith = Ctx as (...pipes: PipeTransform[]) => ParameterDecorator;

function fromContext(pick: (context: RocketMQContext) => unknown): ParameterDecorator {
  return ctxWith({ transform: (context: RocketMQContext) => pick(context) });
}

/** The ReceivedMessage: of a batch the first one. */
export const Message = (): ParameterDecorator => fromContext((context) => context.getMessage());

/** All messages of a batch, as ReceivedMessage[]; of a single one an array of it. */
export const Messages = (): ParameterDecorator => fromContext((context) => context.getMessages());

/** One message property as text, or undefined; without a name all of them, as an object. */
export const MessageProperties = (name?: string): ParameterDecorator =>
  fromContext((context) => (name === undefined ? context.getMetadata() : context.getMessage().properties.get(name)));

/** The business keys, as string[]. */
export const MessageKeys = (): ParameterDecorator => fromContext((context) => context.getKeys());

/** The body as it came, decompressed, as Buffer. */
export const MessageBody = (): ParameterDecorator => fromContext((context) => context.getMessage().body);

/** The id that the producer gave the message, the same in every attempt. */
export const MessageId = (): ParameterDecorator => fromContext((context) => context.getMessage().messageId);

/** The topic that the message was sent to. */
export const MessageTopic = (): ParameterDecorator => fromContext((context) => context.getTopic());

/** The tag, or undefined. */
export const MessageTag = (): ParameterDecorator => fromContext((context) => context.getTag());

/** 1 on the first delivery. */
export const MessageAttempt = (): ParameterDecorator => fromContext((context) => context.getAttempt());

/** The AbortSignal of the call. */
export const MessageSignal = (): ParameterDecorator => fromContext((context) => context.getSignal());
