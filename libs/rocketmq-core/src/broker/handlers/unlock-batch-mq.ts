import { decodeUnlockBatchRequestBody, ResponseCode, type UnlockBatchMq } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { QueueLockTable } from '../locks/queue-lock-table.js';
import { decodeRequestBody } from './request-body.js';

export function unlockBatchMq({ locks }: { readonly locks: QueueLockTable }): Handler<typeof UnlockBatchMq> {
  return (request) => {
    const { consumerGroup: group, clientId, mqSet } = decodeRequestBody(decodeUnlockBatchRequestBody, request.body);
    locks.unlock({ group, clientId }, mqSet);
    return { code: ResponseCode.SUCCESS };
  };
}
