import { boolean, defineCommand, int, offset, optional, required, string } from '../command.js';
import { RequestCode } from '../request-codes.js';
import { rpcFields } from './inherited-fields.js';

export const EndTransaction = defineCommand({
  code: RequestCode.END_TRANSACTION,
  name: 'END_TRANSACTION',
  access: 'pub',
  request: {
    topic: optional(string),
    producerGroup: required(string),
    tranStateTableOffset: required(offset),
    commitLogOffset: required(offset),
    commitOrRollback: required(int),
    fromTransactionCheck: optional(boolean),
    msgId: required(string),
    transactionId: optional(string),
    ...rpcFields,
  },
  response: {},
});

export const CheckTransactionState = defineCommand({
  code: RequestCode.CHECK_TRANSACTION_STATE,
  name: 'CHECK_TRANSACTION_STATE',
  access: 'any',
  request: {
    topic: optional(string),
    tranStateTableOffset: required(offset),
    commitLogOffset: required(offset),
    msgId: optional(string),
    transactionId: optional(string),
    offsetMsgId: optional(string),
    ...rpcFields,
  },
  response: {},
});

export const ResumeCheckHalfMessage = defineCommand({
  code: RequestCode.RESUME_CHECK_HALF_MESSAGE,
  name: 'RESUME_CHECK_HALF_MESSAGE',
  access: 'admin',
  request: { topic: optional(string), msgId: optional(string) },
  response: {},
});
