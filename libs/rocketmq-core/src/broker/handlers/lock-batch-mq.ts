import { decodeLockBatchRequestBody, encodeLockBatchResponseBody, ResponseCode, type LockBatchMq } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { QueueLockTable } from '../locks/queue-lock-table.js';
import { decodeRequestBody } from './request-body.js';

export interface LockBatchMqOptions {
  readonly locks: QueueLockTable;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
}

/** Answers with the queues that the client may consume in order now. */
export function lockBatchMq({ locks, monotonic }: LockBatchMqOptions): Handler<typeof LockBatchMq> {
  return (request) => {
    const { consumerGroup: group, clientId, mqSet } = decodeRequestBody(decodeLockBatchRequestBody, request.body);
    const lockOKMQSet = locks.lock({ group, clientId }, mqSet, monotonic());
    return { code: ResponseCode.SUCCESS, body: encodeLockBatchResponseBody({ lockOKMQSet }) };
  };
}
