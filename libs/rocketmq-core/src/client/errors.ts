import { OperationFailed, type OperationReason } from '../base/index.js';

// A process may hold two copies of this package, so kinds of errors are told by a brand.
const kind = Symbol.for('rocketmq-core.client-error');
type ClientErrorKind = 'invalid-input' | 'call-refused' | 'send-failed' | 'no-reply';

const isKind = (error: unknown, wanted: ClientErrorKind): boolean =>
  typeof error === 'object' && error !== null && (error as { readonly [kind]?: ClientErrorKind })[kind] === wanted;

/** An option, a name or a message that no broker would take. Nothing was sent; the same call fails again. */
export class InvalidInput extends OperationFailed {
  override readonly name = 'InvalidInput';
  readonly [kind] = 'invalid-input';
  /** @param field what is wrong: an option or a part of the message, for example `topic` */
  constructor(
    readonly field: string,
    message: string,
  ) {
    super('refused', message, { retriable: false });
  }
}
export const isInvalidInput = (error: unknown): error is InvalidInput => isKind(error, 'invalid-input');

/** A server answered a request with an error code. */
export class CallRefused extends OperationFailed {
  override readonly name = 'CallRefused';
  readonly [kind] = 'call-refused';
  /** Response code of the server, for example 17 TOPIC_NOT_EXIST. */
  readonly responseCode: number;
  readonly remark: string | undefined;
  /** `host:port` of the server. */
  readonly address: string;

  constructor(request: string, address: string, answer: { readonly code: number; readonly remark: string | undefined }) {
    super('refused', `${request} was refused by ${address} with code ${answer.code}: ${answer.remark ?? 'no remark'}`);
    this.responseCode = answer.code;
    this.remark = answer.remark;
    this.address = address;
  }
}
export const isCallRefused = (error: unknown): error is CallRefused => isKind(error, 'call-refused');

export interface SendFailure {
  readonly reason: OperationReason;
  /**
   * `failed`: no broker has stored the message. `unknown`: a request left and its answer did not come, so a broker may have stored it.
   */
  readonly outcome: 'failed' | 'unknown';
  /** Requests that were tried. */
  readonly attempts: number;
  /** Code of the last answer, when there was one. */
  readonly responseCode?: number | undefined;
  /** Broker of the last attempt. */
  readonly brokerName?: string | undefined;
  readonly cause?: unknown;
}

/** A send that did not come to an acknowledgement. */
export class SendFailed extends OperationFailed {
  override readonly name = 'SendFailed';
  readonly [kind] = 'send-failed';
  readonly outcome: 'failed' | 'unknown';
  readonly attempts: number;
  readonly responseCode: number | undefined;
  readonly brokerName: string | undefined;

  constructor(message: string, failure: SendFailure) {
    super(failure.reason, message, { cause: failure.cause });
    this.outcome = failure.outcome;
    this.attempts = failure.attempts;
    this.responseCode = failure.responseCode;
    this.brokerName = failure.brokerName;
  }

  /** Whether sending the message again cannot make a duplicate. */
  get retrySafe(): boolean {
    return this.outcome === 'failed';
  }
}
export const isSendFailed = (error: unknown): error is SendFailed => isKind(error, 'send-failed');

/**
 * A request was sent and its reply did not come: not in time, or the caller gave up, or the producer was shut down. The replier may have acted on
 * it, so asking again may make it act twice.
 */
export class NoReply extends OperationFailed {
  override readonly name = 'NoReply';
  readonly [kind] = 'no-reply';
  readonly outcome = 'unknown';
  readonly retrySafe = false;
  readonly correlationId: string;

  constructor(
    message: string,
    failure: { readonly reason: 'timeout' | 'aborted' | 'closed'; readonly correlationId: string; readonly cause?: unknown },
  ) {
    super(failure.reason, message, { cause: failure.cause, sent: true });
    this.correlationId = failure.correlationId;
  }
}
export const isNoReply = (error: unknown): error is NoReply => isKind(error, 'no-reply');
