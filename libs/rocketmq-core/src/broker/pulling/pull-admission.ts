import {
  isPredefinedGroup,
  isSystemGroup,
  LitePullMessage,
  need,
  ResponseCode,
  type PullMessage,
  type Received,
  type SubscriptionData,
  type SubscriptionGroupConfig,
  type TopicConfig,
} from '../../protocol/index.js';
import type { Reply, Request } from '../../remoting/index.js';
import type { ConsumerTable } from '../clients/consumer-table.js';
import type { SqlCompilation, SqlFilterTable } from '../../filter/index.js';
import { isTagExpression, subscriptionOf } from '../filtering/tag-filter.js';
import type { FilterTable } from '../filtering/filter-table.js';
import { isJudgedByOrigin, retryFilter, sqlFilter, tagFilter, type MessageFilter } from '../filtering/message-filter.js';
import type { GroupTable } from '../groups/group-table.js';
import { isReadable } from '../topics/permission.js';
import type { TopicTable } from '../topics/topic-table.js';

type PullHeader = Received<(typeof PullMessage)['request']>;

export interface AdmittedPull {
  readonly kind: 'admitted';
  readonly group: SubscriptionGroupConfig;
  readonly topic: TopicConfig;
  readonly queueId: number;
  readonly filter: MessageFilter;
}

export interface RefusedPull {
  readonly kind: 'refused';
  readonly reply: Reply<typeof PullMessage>;
}

export interface PullAdmissionOptions {
  readonly topics: TopicTable;
  readonly groups: GroupTable;
  readonly consumers: ConsumerTable;
  readonly filters: Pick<FilterTable, 'find'>;
  readonly expressions: Pick<SqlFilterTable, 'compile'>;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** Read at every use: they may change while the broker runs. */
  readonly settings: {
    readonly brokerPermission: number;
    readonly litePullMessageEnable: boolean;
    readonly rejectPullConsumerEnable: boolean;
    readonly enablePropertyFilter: boolean;
    readonly filterSupportRetry: boolean;
  };
}

/** Bits of the sysFlag of a pull. As Java: PullSysFlag. */
export const PullFlag = { COMMIT_OFFSET: 1, SUSPEND: 2, SUBSCRIPTION: 4 } as const;

/** As Java: ForbiddenType. */
const Forbidden = { BROKER: 1, GROUP: 2, TOPIC: 3, BROADCASTING: 4, SUBSCRIPTION: 5 } as const;

const refused = (code: number, remark: string): RefusedPull => ({ kind: 'refused', reply: { code, remark } });

// The rest of the answer's header is missing here, so the field travels beside the row.
const forbidden = (type: number, remark: string): RefusedPull => ({
  kind: 'refused',
  reply: { code: ResponseCode.NO_PERMISSION, remark, ext: new Map([['forbiddenType', String(type)]]) },
});

type Found = { readonly kind: 'found'; readonly filter: MessageFilter };

const found = (filter: MessageFilter): Found => ({ kind: 'found', filter });

/**
 * Whether a pull is allowed, and what it wants. The order of the checks decides which answer a client sees. As Java: PullMessageProcessor.
 * @throws RequestRejected when a field that it needs is missing
 */
export function pullAdmission(options: PullAdmissionOptions): (request: Request<typeof PullMessage>) => AdmittedPull | RefusedPull {
  const { settings } = options;
  return (request) => {
    const { header } = request;
    if (!isReadable(settings.brokerPermission)) return forbidden(Forbidden.BROKER, 'the broker does not serve pulls now');
    if (request.frame.code === LitePullMessage.code && !settings.litePullMessageEnable) {
      return forbidden(Forbidden.BROKER, 'the broker does not serve lite pull consumers');
    }
    const place = placeOf(options, header);
    if (place.kind === 'refused') return place;
    const { group, topic, queueId } = place;
    const inHeader = ((header.sysFlag ?? 0) & PullFlag.SUBSCRIPTION) !== 0;
    const wish = inHeader ? fromHeader(options, header, topic.topicName) : fromHeartbeat(options, header, group);
    if (wish.kind === 'refused') return wish;
    const stranger = settings.rejectPullConsumerEnable ? refuseStranger(options, request, group.groupName) : undefined;
    return stranger ?? { kind: 'admitted', group, topic, queueId, filter: wish.filter };
  };
}

type Place = { readonly kind: 'place' } & Pick<AdmittedPull, 'group' | 'topic' | 'queueId'>;

function placeOf({ topics, groups }: PullAdmissionOptions, header: PullHeader): Place | RefusedPull {
  const groupName = need(header, 'consumerGroup');
  const group = groups.resolve(groupName);
  if (group === undefined) return refused(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `subscription group [${groupName}] does not exist`);
  if (!group.consumeEnable) return forbidden(Forbidden.GROUP, `subscription group no permission, ${groupName}`);
  const topicName = need(header, 'topic');
  const topic = topics.find(topicName);
  if (topic === undefined) return refused(ResponseCode.TOPIC_NOT_EXIST, `topic[${topicName}] not exist, apply first please!`);
  if (!isReadable(topic.perm)) return forbidden(Forbidden.TOPIC, `the topic[${topicName}] pulling message is forbidden`);
  const queueId = need(header, 'queueId');
  if (queueId < 0 || queueId >= topic.readQueueNums) {
    return refused(
      ResponseCode.INVALID_PARAMETER,
      `queueId[${queueId}] is illegal: topic[${topicName}] has ${topic.readQueueNums} read queues`,
    );
  }
  return { kind: 'place', group, topic, queueId };
}

function unsupportedExpression(type: string): RefusedPull {
  return refused(ResponseCode.SYSTEM_ERROR, `The broker does not support consumer to filter message by ${type}`);
}

const unreadable = refused(ResponseCode.SUBSCRIPTION_PARSE_FAILED, "parse the consumer's subscription failed");

function fromHeader(options: PullAdmissionOptions, header: PullHeader, topic: string): Found | RefusedPull {
  const { consumers, monotonic, settings, filters, expressions } = options;
  const data = subscriptionOf(topic, header.subscription ?? '', header.expressionType);
  if (data === undefined) return unreadable;
  const isTag = isTagExpression(data.expressionType);
  // Apache delivers everything to a pull whose expression it cannot read: it only asserts that it can.
  const compilation = isTag || !settings.enablePropertyFilter ? undefined : compiled(expressions, data);
  if (compilation?.kind === 'refused') return unreadable;
  consumers.notePulled(need(header, 'consumerGroup'), data, monotonic());
  if (isTag) return found(tagFilter(data));
  if (compilation === undefined) return unsupportedExpression(data.expressionType);
  return found(isJudgedByOrigin(topic, settings.filterSupportRetry) ? retryFilter(topic, filters) : sqlFilter(compilation.filter));
}

function compiled(expressions: Pick<SqlFilterTable, 'compile'>, { expressionType, subString }: SubscriptionData): SqlCompilation {
  if (expressionType !== 'SQL92') return { kind: 'refused', reason: `expression type ${expressionType} is not known` };
  return expressions.compile(subString);
}

function fromHeartbeat(options: PullAdmissionOptions, header: PullHeader, group: SubscriptionGroupConfig): Found | RefusedPull {
  const { consumers, groups } = options;
  const topic = need(header, 'topic');
  const online = consumers.find(group.groupName);
  if (online === undefined) return refused(ResponseCode.SUBSCRIPTION_NOT_EXIST, "the consumer's group info not exist");
  if (!group.consumeBroadcastEnable && online.messageModel === 'BROADCASTING') {
    return forbidden(Forbidden.BROADCASTING, `the consumer group[${group.groupName}] can not consume by broadcast way`);
  }
  if (groups.isReadForbidden(group.groupName, topic)) {
    return forbidden(Forbidden.SUBSCRIPTION, `the consumer group[${group.groupName}] is forbidden for topic[${topic}]`);
  }
  const subscription = online.subscriptions.get(topic);
  if (subscription === undefined) return refused(ResponseCode.SUBSCRIPTION_NOT_EXIST, "the consumer's subscription not exist");
  if (subscription.data.subVersion < (header.subVersion ?? 0)) {
    return refused(ResponseCode.SUBSCRIPTION_NOT_LATEST, "the consumer's subscription not latest");
  }
  if (isTagExpression(subscription.data.expressionType)) return found({ matches: subscription.filter, matchesProperties: undefined });
  return fromRegistry(options, header, subscription.data);
}

function fromRegistry(
  { filters, settings }: PullAdmissionOptions,
  header: PullHeader,
  { topic, expressionType }: SubscriptionData,
): Found | RefusedPull {
  const registered = filters.find(topic, need(header, 'consumerGroup'));
  if (registered === undefined) {
    return refused(ResponseCode.FILTER_DATA_NOT_EXIST, "The broker's consumer filter data is not exist!Your expression may be wrong!");
  }
  if (registered.clientVersion < (header.subVersion ?? 0)) {
    return refused(ResponseCode.FILTER_DATA_NOT_LATEST, "the consumer's consumer filter data not latest");
  }
  if (!settings.enablePropertyFilter) return unsupportedExpression(expressionType);
  return found(isJudgedByOrigin(topic, settings.filterSupportRetry) ? retryFilter(topic, filters) : sqlFilter(registered.filter));
}

function refuseStranger(
  { consumers }: PullAdmissionOptions,
  request: Request<typeof PullMessage>,
  groupName: string,
): RefusedPull | undefined {
  const online = consumers.find(groupName);
  if (online !== undefined && (online.consumeType !== 'CONSUME_ACTIVELY' || online.members.has(request.peer.id))) return undefined;
  // As Java: MixAll.isSysConsumerGroupPullMessage.
  if (isPredefinedGroup(groupName) || isSystemGroup(groupName)) return undefined;
  return refused(ResponseCode.SUBSCRIPTION_NOT_EXIST, "the consumer's group info not exist, or the pull consumer is rejected by server.");
}
