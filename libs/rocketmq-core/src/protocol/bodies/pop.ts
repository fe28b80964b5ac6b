import { bytes, enumeration, int, list, long, map, messageQueue, offset, string } from './body-kinds.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';
import { messageModels } from './heartbeat.js';

export const messageRequestModes = ['PULL', 'POP'] as const;
export type MessageRequestMode = (typeof messageRequestModes)[number];

export const SetMessageRequestModeRequestBody = defineBody('SetMessageRequestModeRequestBody', {
  consumerGroup: always(string, ''),
  mode: always(enumeration(messageRequestModes), 'PULL'),
  popShareQueueNum: always(int, 0),
  topic: always(string, ''),
});
export type SetMessageRequestModeRequestBody = BodyOf<typeof SetMessageRequestModeRequestBody>;
export const { encode: encodeSetMessageRequestModeRequestBody, decode: decodeSetMessageRequestModeRequestBody } =
  SetMessageRequestModeRequestBody;

/** Body of the file messageRequestMode.json too. */
export const MessageRequestModeSerializeWrapper = defineBody('MessageRequestModeSerializeWrapper', {
  /** Topic -> group -> mode. */
  messageRequestModeMap: always(map(map(SetMessageRequestModeRequestBody.kind)), new Map()),
});
export type MessageRequestModeSerializeWrapper = BodyOf<typeof MessageRequestModeSerializeWrapper>;
export const { encode: encodeMessageRequestModeSerializeWrapper, decode: decodeMessageRequestModeSerializeWrapper } =
  MessageRequestModeSerializeWrapper;

export const QueryAssignmentRequestBody = defineBody('QueryAssignmentRequestBody', {
  clientId: always(string, ''),
  consumerGroup: always(string, ''),
  messageModel: maybe(enumeration(messageModels)),
  strategyName: maybe(string),
  topic: always(string, ''),
});
export type QueryAssignmentRequestBody = BodyOf<typeof QueryAssignmentRequestBody>;
export const { encode: encodeQueryAssignmentRequestBody, decode: decodeQueryAssignmentRequestBody } = QueryAssignmentRequestBody;

const MessageQueueAssignment = defineBody('MessageQueueAssignment', {
  attachments: maybe(map(string)),
  messageQueue: maybe(messageQueue),
  mode: always(enumeration(messageRequestModes), 'PULL'),
});
export type MessageQueueAssignment = BodyOf<typeof MessageQueueAssignment>;

export const QueryAssignmentResponseBody = defineBody('QueryAssignmentResponseBody', {
  messageQueueAssignments: always(list(MessageQueueAssignment.kind), []),
});
export type QueryAssignmentResponseBody = BodyOf<typeof QueryAssignmentResponseBody>;
export const { encode: encodeQueryAssignmentResponseBody, decode: decodeQueryAssignmentResponseBody } = QueryAssignmentResponseBody;

/** One queue's acknowledgements. Java reads the long names too. */
const BatchAck = defineBody('BatchAck', {
  /** Bit n: offset `so` + n. Little-endian, as Java: BitSet.toByteArray. */
  b: always(bytes, Buffer.alloc(0), 'bitSet'),
  c: always(string, '', 'consumerGroup'),
  it: always(long, 0, 'invisibleTime'),
  pt: always(long, 0, 'popTime'),
  q: always(int, 0, 'queueId'),
  /** '0' normal, '1' retry V1, '2' retry V2. */
  r: always(string, '', 'retry'),
  rq: always(int, 0, 'reviveQueueId'),
  so: always(offset, 0, 'startOffset'),
  t: always(string, '', 'topic'),
});
export type BatchAck = BodyOf<typeof BatchAck>;

export const BatchAckMessageRequestBody = defineBody('BatchAckMessageRequestBody', {
  acks: always(list(BatchAck.kind), []),
  brokerName: maybe(string),
});
export type BatchAckMessageRequestBody = BodyOf<typeof BatchAckMessageRequestBody>;
export const { encode: encodeBatchAckMessageRequestBody, decode: decodeBatchAckMessageRequestBody } = BatchAckMessageRequestBody;
