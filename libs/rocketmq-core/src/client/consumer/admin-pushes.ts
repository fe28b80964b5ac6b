import {
  ConsumeMessageDirectly,
  decodeRecord,
  decodeResetOffsetBody,
  encodeConsumeMessageDirectlyResult,
  encodeConsumerRunningInfo,
  encodeGetConsumerStatusBody,
  GetConsumerRunningInfo,
  GetConsumerStatusFromClient,
  type ConsumeMessageDirectlyResult,
  type ConsumerRunningInfo,
  type MessageExt,
  type MessageQueue,
  need,
  ResetConsumerClientOffset,
  ResponseCode,
} from '../../protocol/index.js';
import { type Route, route } from '../../remoting/index.js';

/** What administrators may ask of a consumer, through a broker. */
export interface AdministeredConsumer {
  /** Goes on from other offsets in the queues that it has. */
  resetOffsets(offsets: readonly (readonly [MessageQueue, number])[]): void;
  /** Where it is in the queues of a topic. */
  offsetsOf(topic: string): readonly (readonly [MessageQueue, number])[];
  runningInfo(): ConsumerRunningInfo;
  consumeDirectly(message: MessageExt, brokerName: string): Promise<ConsumeMessageDirectlyResult>;
}

const absent = (group: string) => ({
  code: ResponseCode.SYSTEM_ERROR,
  remark: `The Consumer Group <${group}> not exist in this consumer`,
});

/** As Java: ClientRemotingProcessor. */
export function adminPushes(consumerOf: (group: string) => AdministeredConsumer | undefined): Route[] {
  return [
    route(
      ResetConsumerClientOffset,
      ({ header, body }) => {
        const topic = need(header, 'topic');
        const offsets = decodeResetOffsetBody(body).offsetTable.filter(([queue]) => queue.topic === topic);
        consumerOf(need(header, 'group'))?.resetOffsets(offsets);
        return { code: ResponseCode.SUCCESS };
      },
      'default',
    ),
    route(
      GetConsumerStatusFromClient,
      ({ header }) => {
        const messageQueueTable = consumerOf(need(header, 'group'))?.offsetsOf(need(header, 'topic')) ?? [];
        return { code: ResponseCode.SUCCESS, body: encodeGetConsumerStatusBody({ consumerTable: new Map(), messageQueueTable }) };
      },
      'default',
    ),
    route(
      GetConsumerRunningInfo,
      ({ header }) => {
        const group = need(header, 'consumerGroup');
        const consumer = consumerOf(group);
        if (consumer === undefined) return absent(group);
        return { code: ResponseCode.SUCCESS, body: encodeConsumerRunningInfo(consumer.runningInfo()) };
      },
      'default',
    ),
    route(
      ConsumeMessageDirectly,
      async ({ header, body }) => {
        const group = need(header, 'consumerGroup');
        const consumer = consumerOf(group);
        if (consumer === undefined) return absent(group);
        // The view into the received bytes ends with the reply, the listener may keep the message for longer.
        const message = decodeRecord(Buffer.from(body ?? []));
        const result = await consumer.consumeDirectly(message, header.brokerName ?? '');
        return { code: ResponseCode.SUCCESS, body: encodeConsumeMessageDirectlyResult(result) };
      },
      'default',
    ),
  ];
}
