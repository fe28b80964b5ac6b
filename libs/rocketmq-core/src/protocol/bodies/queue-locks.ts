import { boolean, list, messageQueue, string } from './body-kinds.js';
import { always, defineBody, type BodyOf } from './define-body.js';

const lockFields = {
  clientId: always(string, ''),
  consumerGroup: always(string, ''),
  mqSet: always(list(messageQueue), []),
  /** Whether the answer of one broker is enough in a broker group with replicas. */
  onlyThisBroker: always(boolean, false),
};

export const LockBatchRequestBody = defineBody('LockBatchRequestBody', lockFields);
export type LockBatchRequestBody = BodyOf<typeof LockBatchRequestBody>;
export const { encode: encodeLockBatchRequestBody, decode: decodeLockBatchRequestBody } = LockBatchRequestBody;

export const UnlockBatchRequestBody = defineBody('UnlockBatchRequestBody', lockFields);
export type UnlockBatchRequestBody = BodyOf<typeof UnlockBatchRequestBody>;
export const { encode: encodeUnlockBatchRequestBody, decode: decodeUnlockBatchRequestBody } = UnlockBatchRequestBody;

export const LockBatchResponseBody = defineBody('LockBatchResponseBody', { lockOKMQSet: always(list(messageQueue), []) });
export type LockBatchResponseBody = BodyOf<typeof LockBatchResponseBody>;
export const { encode: encodeLockBatchResponseBody, decode: decodeLockBatchResponseBody } = LockBatchResponseBody;
