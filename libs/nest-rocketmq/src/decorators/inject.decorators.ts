import { Inject } from '@nestjs/common';
import { connectionToken, deadLettersToken, registryToken, serverToken, templateToken } from '../rocketmq.tokens.js';

/** Injects the RocketMQTemplate of a named connection. */
export const InjectRocketMQTemplate = (connection?: string): ParameterDecorator & PropertyDecorator => Inject(templateToken(connection));

/** Injects the RocketMQConnection of that name. */
export const InjectRocketMQConnection = (connection?: string): ParameterDecorator & PropertyDecorator =>
  Inject(connectionToken(connection));

/** Injects the RocketMQServer of a named connection. */
export const InjectRocketMQServer = (connection?: string): ParameterDecorator & PropertyDecorator => Inject(serverToken(connection));

/** Injects the RocketMQDeadLetters of a named connection. */
export const InjectRocketMQDeadLetters = (connection?: string): ParameterDecorator & PropertyDecorator =>
  Inject(deadLettersToken(connection));

/** Injects the RocketMQListenerRegistry of a named connection. */
export const InjectRocketMQRegistry = (connection?: string): ParameterDecorator & PropertyDecorator => Inject(registryToken(connection));
