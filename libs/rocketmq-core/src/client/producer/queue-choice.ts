import { javaHashCode, type MessageQueue } from '../../protocol/index.js';

type BrokerTest = (brokerName: string) => boolean;

const everyBroker: BrokerTest = () => true;

/** Round robin over the queues of one topic, from a random start. As Java: TopicPublishInfo and MQFaultStrategy.selectOneMessageQueue. */
export class QueueCursor {
  constructor(private position: number) {}

  /**
   * The next queue whose broker passes the tests. The tests are tried in their order; when no queue passes any of them, every queue is good.
   * @param queues not empty
   */
  next(queues: readonly MessageQueue[], tests: readonly BrokerTest[]): MessageQueue | undefined {
    for (const test of tests) {
      const queue = this.nextThat(queues, test);
      if (queue !== undefined) return queue;
    }
    return this.any(queues);
  }

  /** The next queue, whatever its broker. */
  any(queues: readonly MessageQueue[]): MessageQueue | undefined {
    return this.nextThat(queues, everyBroker);
  }

  private nextThat(queues: readonly MessageQueue[], test: BrokerTest): MessageQueue | undefined {
    for (let tried = 0; tried < queues.length; tried += 1) {
      this.position = (this.position + 1) % queues.length;
      const queue = queues[this.position];
      if (queue !== undefined && test(queue.brokerName)) return queue;
    }
    return undefined;
  }
}

/** Messages of one key go to one queue as long as the queues stay the same. As Java: SelectMessageQueueByHash. */
export function queueByKey(queues: readonly MessageQueue[], key: string): MessageQueue | undefined {
  return queues[Math.abs(javaHashCode(key) % queues.length)];
}
