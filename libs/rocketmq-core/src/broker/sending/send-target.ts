import { RequestRejected } from '../../base/index.js';
import {
  isRetryTopic,
  isSendableTopic,
  need,
  ResponseCode,
  topicProblem,
  type Received,
  type SendMessage,
  type TopicConfig,
} from '../../protocol/index.js';
import type { Clock, Random } from '../../runtime/index.js';
import { isWriteable } from '../topics/permission.js';
import type { TopicTable } from '../topics/topic-table.js';

export type SendHeader = Received<(typeof SendMessage)['request']>;

export interface SendTarget {
  readonly topic: TopicConfig;
  readonly queueId: number;
  /** Whether this send made the topic. */
  readonly created: boolean;
}

export interface SendTargetOptions {
  readonly topics: TopicTable;
  /** Finds or makes a retry topic. @throws RequestRejected */
  readonly retryTopicOf: (topic: string, unitMode: boolean) => TopicConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: {
    readonly brokerPermission: number;
    readonly autoCreateTopicEnable: boolean;
    readonly startAcceptSendRequestTimeStamp: number;
  };
}

/** topicSysFlag of a topic first used in unit mode. As Java: TopicSysFlag. */
const UNIT = 1;

/**
 * Finds or makes the topic and the queue of a send. As Java: AbstractSendMessageProcessor.msgCheck.
 * @throws RequestRejected when the send is not allowed
 */
export function sendTargetFinder({ topics, retryTopicOf, clock, random, settings }: SendTargetOptions): (header: SendHeader) => SendTarget {
  const create = (name: string, header: SendHeader): TopicConfig => {
    const problem = topicProblem(name);
    if (problem !== undefined) throw new RequestRejected(ResponseCode.INVALID_PARAMETER, problem);
    const wanted = { topic: name, queues: header.defaultTopicQueueNums ?? 0, topicSysFlag: header.unitMode === true ? UNIT : 0 };
    const created = topics.createFrom(header.defaultTopic ?? '', wanted, settings.autoCreateTopicEnable);
    if (created === undefined) throw new RequestRejected(ResponseCode.TOPIC_NOT_EXIST, `topic[${name}] not exist, apply first please!`);
    return created;
  };

  return (header) => {
    const name = need(header, 'topic');
    if (settings.startAcceptSendRequestTimeStamp > 0 && clock.now() < settings.startAcceptSendRequestTimeStamp) {
      throw new RequestRejected(
        ResponseCode.SYSTEM_ERROR,
        `sends are accepted from ${new Date(settings.startAcceptSendRequestTimeStamp).toISOString()} on`,
      );
    }
    if (!isSendableTopic(name)) throw new RequestRejected(ResponseCode.NO_PERMISSION, `Sending message to topic[${name}] is forbidden.`);
    const known = topics.find(name);
    const topic = isRetryTopic(name) ? retryTopicOf(name, header.unitMode === true) : (known ?? create(name, header));
    if (topic.order && !isWriteable(settings.brokerPermission)) {
      throw new RequestRejected(ResponseCode.NO_PERMISSION, 'the broker does not accept messages now');
    }
    return { topic, queueId: queueOf(topic, need(header, 'queueId'), random), created: known === undefined };
  };
}

function queueOf(topic: TopicConfig, wanted: number, random: Random): number {
  if (wanted >= Math.max(topic.writeQueueNums, topic.readQueueNums) || (wanted < 0 && topic.writeQueueNums < 1)) {
    throw new RequestRejected(
      ResponseCode.INVALID_PARAMETER,
      `queueId[${wanted}] is illegal: topic[${topic.topicName}] has ${topic.writeQueueNums} write and ${topic.readQueueNums} read queues`,
    );
  }
  return wanted < 0 ? random.below(topic.writeQueueNums) : wanted;
}
