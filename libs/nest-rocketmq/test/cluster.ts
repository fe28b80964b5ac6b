import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceivedMessage } from 'rocketmq-core/client';
import { EmbeddedRocketMQ, type EmbeddedRocketMQOptions } from '../src/embedded/index.js';
import { RocketMQConnection } from '../src/index.js';

/** What arrives in some topics, in the order of arrival. */
export interface Inbox {
  readonly messages: readonly ReceivedMessage[];
  /** Resolves with the first so many. */
  first(count: number): Promise<readonly ReceivedMessage[]>;
}

/** A name server and a broker in a folder of their own, with a client beside those under test. */
export class Cluster {
  private groups = 0;

  private constructor(
    private readonly folder: string,
    private readonly embedded: EmbeddedRocketMQ,
    readonly beside: RocketMQConnection,
  ) {}

  static async start(options: EmbeddedRocketMQOptions = {}): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'nest-rocketmq-'));
    const embedded = await EmbeddedRocketMQ.start({ dataDir: folder, namesrvPort: 0, brokerPort: 0, ...options });
    return new Cluster(folder, embedded, new RocketMQConnection('beside', { namesrvAddr: embedded.namesrvAddr }));
  }

  get namesrvAddr(): string {
    return this.embedded.namesrvAddr;
  }

  async createTopic(topic: string, queues = 2): Promise<void> {
    const client = await this.beside.start();
    await client.admin().topics.createOrUpdate({ topic, readQueueNums: queues, writeQueueNums: queues });
  }

  /** Creates the topics and reads them from the beginning. */
  async inbox(...topics: string[]): Promise<Inbox> {
    for (const topic of topics) await this.createTopic(topic);
    const messages: ReceivedMessage[] = [];
    const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
    const client = await this.beside.start();
    const consumer = client.pushConsumer({
      group: `inbox-${(this.groups += 1)}`,
      subscriptions: new Map(topics.map((topic) => [topic, '*'])),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => {
        messages.push(message);
        for (const { count, resolve } of waiting) if (messages.length >= count) resolve();
      },
    });
    await consumer.start();
    const first = async (count: number) => {
      if (messages.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      return messages.slice(0, count);
    };
    return { messages, first };
  }

  async stop(): Promise<void> {
    await this.beside.close();
    await this.embedded.onApplicationShutdown();
    await rm(this.folder, { recursive: true, force: true });
  }
}
