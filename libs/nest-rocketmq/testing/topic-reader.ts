import type { RocketMQConnection } from '../src/index.js';

type Client = Awaited<ReturnType<RocketMQConnection['start']>>;
type Consumer = ReturnType<Client['litePullConsumer']>;
export type StoredMessage = Awaited<ReturnType<Consumer['poll']>>[number];

/** Everything that a topic holds, in the order in which it was read. */
export class TopicReader {
  private readonly messages: StoredMessage[] = [];
  private consumer: Consumer | undefined;
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: Client,
    private readonly topic: string,
  ) {}

  /** What is there now. One call after the other. */
  all(): Promise<readonly StoredMessage[]> {
    const result = this.tail.then(() => this.refresh());
    this.tail = result.catch(() => undefined);
    return result;
  }

  private async refresh(): Promise<readonly StoredMessage[]> {
    const ends = await this.client.admin().topics.stats(this.topic);
    const count = ends.reduce((sum, [, { minOffset, maxOffset }]) => sum + maxOffset - minOffset, 0);
    if (this.messages.length >= count) return [...this.messages];
    const consumer = await this.reading(ends.map(([queue]) => queue));
    while (this.messages.length < count) this.messages.push(...(await consumer.poll(1000)));
    return [...this.messages];
  }

  private async reading(queues: Parameters<Consumer['assign']>[0]): Promise<Consumer> {
    if (this.consumer !== undefined) return this.consumer;
    const group = `testing-${this.topic.replaceAll('%', '-')}`.slice(0, 120);
    const consumer = this.client.litePullConsumer({
      group,
      autoCommit: false,
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      pullBatchSize: 1000,
    });
    await consumer.start();
    await consumer.assign(queues);
    for (const queue of queues) await consumer.seekToBegin(queue);
    this.consumer = consumer;
    return consumer;
  }
}
