import { OperationFailed } from '../../base/index.js';
import type { MessageExt, MessageQueue } from '../../protocol/index.js';
import { CallRefused } from '../errors.js';
import { subscribe } from '../consumer/subscription-table.js';
import { pullOutcome } from '../consumer/pull.js';
import type { BrokerCalls, PullHeader } from '../instance/calls.js';
import { findMaster, type FindMasterParts } from '../instance/find-master.js';
import { queueText } from '../message-queues.js';

export interface QueueReaderParts extends FindMasterParts {
  readonly calls: Pick<BrokerCalls, 'pull'>;
  /** For one request, ms. */
  readonly timeoutMs: number;
}

export interface QueuePlace {
  /** In whose name; the group is not joined, and its offset stays. */
  readonly group: string;
  readonly queue: MessageQueue;
  readonly queueOffset: number;
  /** Messages at most, 1 to 1024; the broker may give fewer. */
  readonly countMax: number;
}

export interface QueuePage {
  /** None when the broker has nothing there; then `nextOffset` may still be further on. */
  readonly messages: readonly MessageExt[];
  readonly nextOffset: number;
}

/** The subscription comes along, because nobody has registered one; the broker does not wait. As Java: PullSysFlag. */
const SYS_FLAG = 4;

/** Reads what lies in a queue without being a consumer. As Java: DefaultMQPullConsumer. */
export class QueueReader {
  constructor(private readonly parts: QueueReaderParts) {}

  /** @throws CallRefused, OperationFailed, ProtocolViolation */
  async read({ group, queue, queueOffset, countMax }: QueuePlace, signal?: AbortSignal): Promise<QueuePage> {
    const { calls, timeoutMs } = this.parts;
    const address = await this.addressOf(queue);
    const all = subscribe(queue.topic, '*', 0);
    const header: PullHeader = {
      consumerGroup: group,
      topic: queue.topic,
      queueId: queue.queueId,
      queueOffset,
      maxMsgNums: countMax,
      sysFlag: SYS_FLAG,
      commitOffset: 0,
      suspendTimeoutMillis: 0,
      subscription: all.expression,
      subVersion: all.version,
      expressionType: all.type,
      bname: queue.brokerName,
    };
    const outcome = pullOutcome(await calls.pull(address, header, { timeoutMs, signal }), all);
    if (outcome.kind === 'refused') throw new CallRefused('PullMessage', address, outcome);
    return { messages: outcome.kind === 'found' ? outcome.messages : [], nextOffset: outcome.nextOffset };
  }

  private async addressOf(queue: MessageQueue): Promise<string> {
    const address = await findMaster(queue, this.parts);
    if (address === undefined) throw new OperationFailed('unavailable', `the broker of ${queueText(queue)} is not known`);
    return address;
  }
}
