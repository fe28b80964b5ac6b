import { RequestRejected } from '../../base/index.js';
import { dlqTopic, ResponseCode, retryTopic, type SubscriptionGroupConfig, type TopicConfig } from '../../protocol/index.js';
import type { Random } from '../../runtime/index.js';
import { isWriteable } from '../topics/permission.js';
import type { TopicRequest, TopicTable } from '../topics/topic-table.js';
import type { UnsavedTopics } from '../topics/unsaved-topics.js';

export interface RedeliveryTopicsOptions {
  readonly topics: TopicTable;
  readonly unsaved: UnsavedTopics;
  readonly random: Random;
}

export interface RedeliveryQueue {
  readonly topic: TopicConfig;
  readonly queueId: number;
}

/** topicSysFlag of a retry topic whose group runs in unit mode. As Java: TopicSysFlag. */
const UNIT_SUB = 2;
/** As Java: AbstractSendMessageProcessor.DLQ_NUMS_PER_GROUP. */
const DLQ_QUEUES = 1;

/** Where messages wait that a group failed to consume. Makes the topics when they are missing. */
export class RedeliveryTopics {
  constructor(private readonly options: RedeliveryTopicsOptions) {}

  /** A queue of the retry topic. @throws RequestRejected when an administrator forbade writing to it */
  retryQueue({ groupName, retryQueueNums }: SubscriptionGroupConfig, unitMode: boolean): RedeliveryQueue {
    const topic = this.ensure({ topic: retryTopic(groupName), queues: retryQueueNums, topicSysFlag: unitMode ? UNIT_SUB : 0 });
    if (!isWriteable(topic.perm)) {
      throw new RequestRejected(ResponseCode.NO_PERMISSION, `the topic[${topic.topicName}] sending message is forbidden`);
    }
    // Not any of the group's number, as Java has it: when that was raised after the topic was made, nobody reads the queues in between.
    const queues = Math.min(retryQueueNums, topic.writeQueueNums, topic.readQueueNums);
    return { topic, queueId: this.options.random.below(Math.max(1, queues)) };
  }

  deadLetterQueue(group: string): RedeliveryQueue {
    return { topic: this.ensure({ topic: dlqTopic(group), queues: DLQ_QUEUES, topicSysFlag: 0 }), queueId: 0 };
  }

  /** The retry topic for a send that names it. As Java: AbstractSendMessageProcessor.msgCheck. */
  retryTopicOf({ groupName }: SubscriptionGroupConfig, unitMode: boolean): TopicConfig {
    return this.ensure({ topic: retryTopic(groupName), queues: 1, topicSysFlag: unitMode ? UNIT_SUB : 0 });
  }

  private ensure(request: TopicRequest): TopicConfig {
    const { topics, unsaved } = this.options;
    const known = topics.find(request.topic);
    if (known !== undefined) return known;
    const made = topics.ensure(request, false);
    unsaved.add(request.topic);
    return made;
  }
}
