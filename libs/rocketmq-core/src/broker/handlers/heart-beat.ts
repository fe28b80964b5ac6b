import { decodeHeartbeatData, retryTopic, ResponseCode, type ConsumerData, type HeartBeat } from '../../protocol/index.js';
import type { Handler, Request } from '../../remoting/index.js';
import type { ClientNotifier } from '../clients/client-notifier.js';
import type { ConnectionWatch } from '../clients/connection-watch.js';
import type { ConsumerTable } from '../clients/consumer-table.js';
import type { Member, ProducerTable } from '../clients/producer-table.js';
import type { FilterTable } from '../filtering/filter-table.js';
import type { GroupTable } from '../groups/group-table.js';
import type { TopicTable } from '../topics/topic-table.js';
import type { UnsavedTopics } from '../topics/unsaved-topics.js';
import { decodeRequestBody } from './request-body.js';

export interface HeartBeatOptions {
  readonly consumers: ConsumerTable;
  readonly producers: ProducerTable;
  readonly notifier: ClientNotifier;
  readonly watch: ConnectionWatch;
  readonly filters: Pick<FilterTable, 'register'>;
  readonly groups: GroupTable;
  readonly topics: TopicTable;
  readonly unsaved: Pick<UnsavedTopics, 'add'>;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** Read at every use: it may change while the broker runs. */
  readonly settings: { readonly notifyConsumerIdsChangedEnable: boolean; readonly rejectPullConsumerEnable: boolean };
}

/** topicSysFlag of a retry topic whose group runs in unit mode. As Java: TopicSysFlag. */
const UNIT_SUB = 2;

/**
 * Keeps a client in its groups; makes a consumer group and its retry topic when they are missing. A fingerprint other than 0 stands for a
 * heartbeat that the broker has seen before, which may then leave its subscriptions out. As Java: ClientManageProcessor.
 */
export function heartBeat(options: HeartBeatOptions): Handler<typeof HeartBeat> {
  const registerConsumer = (member: Member, data: ConsumerData, keepSubscriptions: boolean) => {
    const { consumers, filters, groups, topics, unsaved, notifier, settings } = options;
    const group = groups.resolve(data.groupName);
    if (group === undefined) return;
    const order = data.subscriptionDataSet.some(({ topic }) => topics.find(topic)?.order === true);
    const topicSysFlag = data.unitMode ? UNIT_SUB : 0;
    const topic = retryTopic(data.groupName);
    const isNew = topics.find(topic) === undefined;
    topics.ensure({ topic, queues: group.retryQueueNums, topicSysFlag }, order);
    if (isNew) unsaved.add(topic);
    const changed = consumers.register({ member, data, keepSubscriptions });
    if (!keepSubscriptions) filters.register(data.groupName, data.subscriptionDataSet);
    if (changed && group.notifyConsumerIdsChangedEnable && settings.notifyConsumerIdsChangedEnable) notifier.membersChanged(data.groupName);
  };

  return (request) => {
    const heartbeat = decodeRequestBody(decodeHeartbeatData, request.body);
    const member = memberOf(request, heartbeat.clientID, options.monotonic());
    const { heartbeatFingerprint: fingerprint, withoutSub } = heartbeat;
    let resend = fingerprint === 0;
    options.watch.watch(request.peer);
    for (const data of heartbeat.consumerDataSet) {
      if (options.settings.rejectPullConsumerEnable && data.consumeType === 'CONSUME_ACTIVELY') continue;
      registerConsumer(member, data, fingerprint !== 0 && withoutSub);
      if (fingerprint !== 0 && options.consumers.differs(data.groupName, fingerprint)) resend = true;
    }
    for (const data of heartbeat.producerDataSet) options.producers.register(data.groupName, member);
    const ext = new Map([
      ['IS_SUPPORT_HEART_BEAT_V2', 'true'],
      ['IS_SUB_CHANGE', String(resend)],
    ]);
    return { code: ResponseCode.SUCCESS, ext };
  };
}

function memberOf(request: Request<typeof HeartBeat>, clientId: string, nowMs: number): Member {
  const { language, version } = request.frame;
  return { peer: request.peer, clientId, language, version, lastHeartbeatMs: nowMs };
}
