import type { OutgoingMessage } from 'rocketmq-core/client';

export type SendKind = 'send' | 'oneway' | 'batch' | 'request' | 'transaction';

export interface Sending {
  readonly kind: SendKind;
  /** One, except for a batch. */
  readonly messages: readonly OutgoingMessage[];
}

/**
 * Stands around every send of a connection, the first of the list outermost. `next` goes on with the same messages or with those that it is given (as
 * many, in the same order), and settles with the send.
 */
export type SendInterceptor = (sending: Sending, next: (messages?: readonly OutgoingMessage[]) => Promise<unknown>) => Promise<unknown>;

/** Calls `send` inside the interceptors. */
export function intercepted<T>(
  interceptors: readonly SendInterceptor[],
  { kind, messages }: Sending,
  send: (messages: readonly OutgoingMessage[]) => Promise<T>,
): Promise<T> {
  const [first] = interceptors;
  if (first === undefined) return send(messages);
  const others = interceptors.slice(1);
  return first({ kind, messages }, (changed = messages) => intercepted(others, { kind, messages: changed }, send)) as Promise<T>;
}
