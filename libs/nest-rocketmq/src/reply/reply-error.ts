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

/** Told by its methods: the exceptions of another copy of Nest are other classes. */
interface NestException {
  getError?(): unknown;
  getStatus?(): number;
  getResponse?(): unknown;
}

/**
 * What a requester may know of an error: what an RpcException or an HttpException says. Any other error stays inside, as with Nest's own transports; it
 * is in the log of the replier.
 */
export function replyErrorOf(error: Error): ReplyError {
  const exception = error as NestException;
  if (exception.getError !== undefined) return described(error, exception.getError());
  if (exception.getStatus !== undefined && exception.getResponse !== undefined) {
    return { code: exception.getStatus(), ...described(error, exception.getResponse()) };
  }
  if (error.name === 'DecodeError') return { status: 'error', message: error.message };
  return { status: 'error', message: 'Internal server error' };
}

function described(error: Error, said: unknown): ReplyError {
  if (typeof said !== 'object' || said === null || said === error)
    return { status: 'error', message: String(said === error ? error.message : said) };
  const { message, code } = said as { readonly message?: unknown; readonly code?: unknown };
  return {
    status: 'error',
    message: typeof message === 'string' ? message : error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    data: jsonSafe(said),
  };
}

function jsonSafe(value: object): unknown {
  try {
    return JSON.parse(JSON.stringify(value)) as unknown;
  } catch {
    return undefined;
  }
}
