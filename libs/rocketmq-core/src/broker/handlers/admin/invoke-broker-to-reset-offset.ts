import { RequestRejected } from '../../../base/index.js';
import {
  encodeResetOffsetBody,
  encodeResetOffsetBodyForC,
  need,
  ResetConsumerClientOffset,
  ResponseCode,
  type InvokeBrokerToResetOffset,
  type MessageQueue,
  type TopicConfig,
} from '../../../protocol/index.js';
import type { Handler, Reply } from '../../../remoting/index.js';
import type { Logger } from '../../../runtime/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { ConsumerTable } from '../../clients/consumer-table.js';
import type { GroupTable } from '../../groups/group-table.js';
import type { HeldPulls } from '../../holding/held-pulls.js';
import type { OffsetTable } from '../../offsets/offset-table.js';
import { offsetAtTime, offsetInOneQueue } from '../../offsets/queue-reset.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface ResetOffsetOptions {
  readonly topics: Pick<TopicTable, 'find'>;
  readonly groups: Pick<GroupTable, 'find'>;
  readonly offsets: OffsetTable;
  readonly consumers: Pick<ConsumerTable, 'find'>;
  readonly store: Pick<MessageStore, 'minQueueOffset' | 'maxQueueOffset' | 'queueOffsetByTime'>;
  readonly held: Pick<HeldPulls, 'wakeQueue'>;
  readonly brokerName: string;
  /** Read at every use: it may change while the broker runs. */
  readonly settings: { readonly useServerSideResetOffset: boolean };
  readonly logger: Logger;
}

interface ResetRequest {
  readonly group: string;
  readonly config: TopicConfig;
  readonly topic: string;
  readonly timestamp: number;
  readonly offset: number | undefined;
  /** Negative: every queue. */
  readonly queueId: number;
  readonly force: boolean;
}

type Offsets = readonly (readonly [MessageQueue, number])[];

/**
 * Sets a group to the offsets of a time. Either the broker keeps them and tells the next pulls, whether the group is online or not, or it tells the
 * consumers that are online now. As Java: AdminBrokerProcessor.resetOffset, resetOffsetInner, Broker2Client.resetOffset.
 */
export function invokeBrokerToResetOffset(options: ResetOffsetOptions): Handler<typeof InvokeBrokerToResetOffset> {
  return ({ header, frame, peer }) => {
    const topic = need(header, 'topic');
    const group = need(header, 'group');
    const config = options.topics.find(topic);
    if (config === undefined) return { code: ResponseCode.TOPIC_NOT_EXIST, remark: `Topic ${topic} does not exist` };
    const { timestamp = -1, offset, queueId = -1, isForce: force = false } = header;
    const request = { group, config, topic, timestamp, offset, queueId, force };
    options.logger.log('info', 'offsets are reset by request', { peer: peer.address, group, topic, queueId, timestamp, force });
    if (options.settings.useServerSideResetOffset) return resetHere(request, options);
    return resetInConsumers(request, frame.language === 'CPP', options);
  };
}

function resetHere(request: ResetRequest, options: ResetOffsetOptions): Reply {
  const { group, config, topic, queueId } = request;
  const { groups, offsets, store, held, brokerName } = options;
  if (groups.find(group) === undefined) {
    throw new RequestRejected(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `Group ${group} does not exist`);
  }
  const ids = queueId >= 0 ? [queueId] : [...Array(config.readQueueNums).keys()];
  if (ids.length === 0) throw new RequestRejected(ResponseCode.SYSTEM_ERROR, 'No queues to reset.');
  // Java takes any queue id; each would stay in the table and its file for good.
  if (queueId >= Math.max(config.readQueueNums, config.writeQueueNums)) {
    throw new RequestRejected(ResponseCode.INVALID_PARAMETER, `topic[${topic}] has no queue ${queueId}`);
  }
  const targetOf = queueId >= 0 ? offsetInOneQueue : offsetAtTime;
  const targets = ids.map((id) => ({ id, target: targetOf(store, request, id) }));
  for (const { id, target } of targets) {
    offsets.reset({ group, topic, queueId: id }, target);
    // A consumer that waits for a message at the old offset would hear of it only when one comes.
    held.wakeQueue(topic, id);
  }
  const offsetTable: Offsets = targets.map(({ id, target }) => [{ topic, brokerName, queueId: id }, target]);
  return { code: ResponseCode.SUCCESS, body: encodeResetOffsetBody({ offsetTable }) };
}

function resetInConsumers(request: ResetRequest, isCpp: boolean, options: ResetOffsetOptions): Reply {
  const { group, topic, timestamp, force } = request;
  const offsetTable = offsetsForConsumers(request, options);
  const members = [...(options.consumers.find(group)?.members.values() ?? [])];
  if (members.length === 0) {
    const remark = `Consumer not online, so can not reset offset, Group: ${group} Topic: ${topic} Timestamp: ${timestamp}`;
    return { code: ResponseCode.CONSUMER_NOT_ONLINE, remark };
  }
  const body = isCpp
    ? encodeResetOffsetBodyForC({ offsetTable: offsetTable.map(([queue, offset]) => ({ ...queue, offset })) })
    : encodeResetOffsetBody({ offsetTable });
  for (const { peer } of members) peer.oneway(ResetConsumerClientOffset, { topic, group, timestamp, isForce: force }, { body });
  return { code: ResponseCode.SUCCESS, body: encodeResetOffsetBody({ offsetTable }) };
}

/** Unless forced, nobody is moved forward. */
function offsetsForConsumers(request: ResetRequest, { offsets, store, brokerName }: ResetOffsetOptions): Offsets {
  const { group, config, topic, force } = request;
  return [...Array(config.writeQueueNums).keys()].map((queueId) => {
    const consumed = offsets.query({ group, topic, queueId });
    if (consumed < 0) throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `THe consumer group <${group}> not exist`);
    const target = offsetAtTime(store, request, queueId);
    return [{ topic, brokerName, queueId }, force || target < consumed ? target : consumed];
  });
}
