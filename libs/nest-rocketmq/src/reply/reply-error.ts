import { RpcException } from '@nestjs/microservices';
import type { ReplyMessage } from 'rocketmq-core/client';

/** Property of a reply that carries an error in place of a result. Consumers in other languages see a reply like any other. */
export const ERROR_PROPERTY = 'NEST_REPLY_ERROR';

/** What a requester learns of a handler that failed. Always JSON, whatever the codec. */
export interface ReplyError {
  readonly status: 'error';
  readonly message: string;
  readonly code?: string | number;
  readonly data?: unknown;
}

/** The error that a reply carries; undefined for one with a result. */
export function errorOfReply({ body, properties }: Pick<ReplyMessage, 'body' | 'properties'>): RpcException | undefined {
  if (!properties.has(ERROR_PROPERTY)) return undefined;
  return new RpcException(parsed(body));
}

function parsed(body: Buffer): object | string {
  const text = body.toString('utf8');
  try {
    const error = JSON.parse(text) as unknown;
    return typeof error === 'object' && error !== null ? error : text;
  } catch {
    return text;
  }
}
