import { int, intMap, list, map, messageQueue, offset, queueMap, string } from './body-kinds.js';
import { DataVersion } from './data-version.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';

/** Body of the file consumerOffset.json too. */
export const ConsumerOffsetSerializeWrapper = defineBody('ConsumerOffsetSerializeWrapper', {
  dataVersion: maybe(DataVersion.kind),
  /** `topic@group` -> queue id -> offset. */
  offsetTable: always(map(intMap(offset)), new Map()),
});
export type ConsumerOffsetSerializeWrapper = BodyOf<typeof ConsumerOffsetSerializeWrapper>;
export const { encode: encodeConsumerOffsetSerializeWrapper, decode: decodeConsumerOffsetSerializeWrapper } =
  ConsumerOffsetSerializeWrapper;

export const ResetOffsetBody = defineBody('ResetOffsetBody', { offsetTable: always(queueMap(offset), []) });
export type ResetOffsetBody = BodyOf<typeof ResetOffsetBody>;
export const { encode: encodeResetOffsetBody, decode: decodeResetOffsetBody } = ResetOffsetBody;

const MessageQueueForC = defineBody('MessageQueueForC', {
  brokerName: always(string, ''),
  offset: always(offset, 0),
  queueId: always(int, 0),
  topic: always(string, ''),
});
/** The form that C++ clients are sent. */
export const ResetOffsetBodyForC = defineBody('ResetOffsetBodyForC', { offsetTable: always(list(MessageQueueForC.kind), []) });
export type ResetOffsetBodyForC = BodyOf<typeof ResetOffsetBodyForC>;
export const { encode: encodeResetOffsetBodyForC, decode: decodeResetOffsetBodyForC } = ResetOffsetBodyForC;

const offsetsByQueue = queueMap(offset);
/** The one body in which releases before 5.4 write `$ref`. */
export const GetConsumerStatusBody = defineBody(
  'GetConsumerStatusBody',
  {
    /** Client id -> its offsets. */
    consumerTable: always(map(offsetsByQueue), new Map()),
    messageQueueTable: always(offsetsByQueue, []),
  },
  { references: true },
);
export type GetConsumerStatusBody = BodyOf<typeof GetConsumerStatusBody>;
export const { encode: encodeGetConsumerStatusBody, decode: decodeGetConsumerStatusBody } = GetConsumerStatusBody;

export const QueryCorrectionOffsetBody = defineBody('QueryCorrectionOffsetBody', {
  /** Queue id -> offset. */
  correctionOffsets: always(intMap(offset), new Map()),
});
export type QueryCorrectionOffsetBody = BodyOf<typeof QueryCorrectionOffsetBody>;
export const { encode: encodeQueryCorrectionOffsetBody, decode: decodeQueryCorrectionOffsetBody } = QueryCorrectionOffsetBody;

/** The message in topic OFFSET_MOVED_EVENT. */
export const OffsetMovedEvent = defineBody('OffsetMovedEvent', {
  consumerGroup: always(string, ''),
  messageQueue: maybe(messageQueue),
  offsetNew: always(offset, 0),
  offsetRequest: always(offset, 0),
});
export type OffsetMovedEvent = BodyOf<typeof OffsetMovedEvent>;
export const { encode: encodeOffsetMovedEvent, decode: decodeOffsetMovedEvent } = OffsetMovedEvent;
