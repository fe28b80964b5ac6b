/**
 * The error families. A family says what the receiver can do, not where the error happened:
 *
 * | family     | met by                              | what follows                                   |
 * | ---------- | ----------------------------------- | ---------------------------------------------- |
 * | rejected   | the dispatcher                      | the code and the remark become the response    |
 * | protocol   | the owner of the connection         | the connection closes, the reason is logged    |
 * | corruption | recovery, never a request handler   | repair, or refusal that names file and offset  |
 * | operation  | the caller                          | `retriable` says whether trying again may help |
 */
type ErrorFamily = 'rejected' | 'protocol' | 'corruption' | 'operation';

// A process may hold two copies of this package (ESM and CommonJS), so errors are told by this brand, not by instanceof.
const family = Symbol.for('rocketmq-core.error-family');

abstract class BrandedError extends Error {
  abstract readonly [family]: ErrorFamily;
}

function isOfFamily(error: unknown, wanted: ErrorFamily): boolean {
  return typeof error === 'object' && error !== null && (error as Partial<BrandedError>)[family] === wanted;
}

/** A request that gets `code` and `remark` as its response. */
export class RequestRejected extends BrandedError {
  override readonly name = 'RequestRejected';
  readonly [family] = 'rejected';
  constructor(
    readonly code: number,
    readonly remark: string,
  ) {
    super(`${code}: ${remark}`);
  }
}
export const isRequestRejected = (error: unknown): error is RequestRejected => isOfFamily(error, 'rejected');

/** Bytes from a peer that no honest peer sends. */
export class ProtocolViolation extends BrandedError {
  override readonly name = 'ProtocolViolation';
  readonly [family] = 'protocol';
}
export const isProtocolViolation = (error: unknown): error is ProtocolViolation => isOfFamily(error, 'protocol');

/** Bytes on disk that cannot be what was written. */
export class Corruption extends BrandedError {
  override readonly name = 'Corruption';
  readonly [family] = 'corruption';
  /** @param offset byte position inside `file` */
  constructor(
    readonly file: string,
    readonly offset: number,
    readonly reason: string,
  ) {
    super(`${file} at ${offset}: ${reason}`);
  }
}
export const isCorruption = (error: unknown): error is Corruption => isOfFamily(error, 'corruption');

export type OperationReason = 'timeout' | 'connection' | 'io' | 'closed' | 'aborted' | 'overload' | 'unavailable' | 'refused';

/** An operation on the world (socket, disk) that did not come to its end. */
export class OperationFailed extends BrandedError {
  override readonly name: string = 'OperationFailed';
  readonly [family] = 'operation';
  constructor(
    readonly reason: OperationReason,
    message: string,
    options: { cause?: unknown; retriable?: boolean; sent?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.retriable = options.retriable ?? (reason === 'timeout' || reason === 'connection' || reason === 'overload');
    this.sent = options.sent ?? false;
  }
  /** Whether the same call may succeed when repeated. */
  readonly retriable: boolean;
  /** Whether the request had been handed to the socket, so that the peer may have acted on it. */
  readonly sent: boolean;
}
export const isOperationFailed = (error: unknown): error is OperationFailed => isOfFamily(error, 'operation');

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
