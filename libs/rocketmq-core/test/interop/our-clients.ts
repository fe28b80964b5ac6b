import {
  ClientInstance,
  type ClientOptions,
  type PushConsumer,
  type PushConsumerOptions,
  type ReceivedMessage,
} from '../../src/client/index.js';
import { eventually } from '../../testing/eventually.js';

/** Creates a topic of 4 queues and waits until the name server knows it: an Apache broker of 5.x tells it some time after its answer. */
export async function createTopic(nameServers: string, topic: string): Promise<void> {
  const client = new ClientInstance({ namesrvAddr: nameServers });
  await client.start();
  try {
    const { topics } = client.admin();
    await topics.createOrUpdate({ topic, readQueueNums: 4, writeQueueNums: 4 }, 'all', { timeoutMs: 60_000 });
    await eventually(
      `a route to ${topic}`,
      () => topics.route(topic),
      (route) => route !== undefined,
    );
  } finally {
    await client.shutdown();
  }
}

/** A client instance whose consumers keep what they receive. */
export class OurClient {
  readonly instance: ClientInstance;
  private readonly watchers = new Set<() => void>();

  private constructor(options: ClientOptions) {
    this.instance = new ClientInstance(options);
  }

  static async start(options: ClientOptions): Promise<OurClient> {
    const client = new OurClient(options);
    await client.instance.start();
    return client;
  }

  /** A started consumer from the first offset, and the list that it fills; `refuse` answers a delivery with "again, soon". */
  async consumer(
    options: {
      group: string;
      topic: string;
      expression?: string;
      refuse?: (message: ReceivedMessage) => boolean;
    } & Partial<PushConsumerOptions>,
  ): Promise<{ readonly consumer: PushConsumer; readonly received: ReceivedMessage[] }> {
    const { topic, expression = '*', refuse = () => false, ...rest } = options;
    const received: ReceivedMessage[] = [];
    const consumer = this.instance.pushConsumer({
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      ...rest,
      subscriptions: new Map([[topic, expression]]),
      onMessage: (message) => {
        received.push(message);
        for (const watcher of [...this.watchers]) watcher();
        return refuse(message) ? { retry: true, delayLevel: 1 } : undefined;
      },
    });
    await consumer.start();
    return { consumer, received };
  }

  /**
   * Waits until the condition holds; it is asked after each message.
   * @throws Error after the time.
   */
  until(what: string, holds: () => boolean, timeoutMs = 180_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.watchers.delete(check);
        settle();
      };
      const check = (): void => {
        if (holds()) finish(resolve);
      };
      const timer = setTimeout(() => finish(() => reject(new Error(`not within ${timeoutMs} ms: ${what}`))), timeoutMs);
      // Of several that wait for one thing, only one is told.
      timer.unref();
      this.watchers.add(check);
      check();
    });
  }

  async stop(): Promise<void> {
    await this.instance.shutdown();
  }
}
