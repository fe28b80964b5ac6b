import type { OnApplicationShutdown } from '@nestjs/common';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedRocketMQ, type EmbeddedRocketMQOptions } from '../src/embedded/index.js';
import { jsonCodec, RocketMQConnection, type RocketMQConnectionOptions, type TopicRef } from '../src/index.js';
import { BrokerFaults } from './broker-faults.js';
import { GroupWatch } from './group-watch.js';
import { TopicReader, type StoredMessage } from './topic-reader.js';
import { VirtualClock } from './virtual-clock.js';

export interface RocketMQTestingOptions {
  /** Keys of broker.conf. */
  readonly broker?: EmbeddedRocketMQOptions['broker'];
  /** Topics that are there from the beginning, with 4 queues each. Others come into being with their first message. */
  readonly topics?: readonly string[];
}

/** A message as the broker has stored it. */
export interface PublishedMessage<T = unknown> {
  readonly messageId: string;
  readonly topic: string;
  readonly tag: string | undefined;
  readonly keys: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Decoded by the codec of the typed topic, else from JSON; undefined when it is neither. */
  readonly payload: T;
  readonly queueId: number;
  readonly queueOffset: number;
}

export interface WaitOptions {
  /** Real time, ms. Default 5000. */
  readonly timeoutMs?: number;
}

type Topic<Out> = string | TopicRef<never, Out>;

const TIMEOUT_MS = 5000;
const LOOK_AGAIN_MS = 10;
// Moved time must not end a request that is under way.
const PATIENCE_MS = 60_000;
const QUEUES = 4;
/** Small, so that a broker of a test takes little of the disk. */
const SEGMENT_BYTES = 8 * 1024 * 1024;

/**
 * A name server and a broker on free ports, with a clock that can be moved, for one test or many applications. Nothing is kept after `stop`, and
 * nothing is shared with other instances.
 */
export class RocketMQTesting implements OnApplicationShutdown {
  private readonly readers = new Map<string, TopicReader>();
  private stopped: Promise<void> | undefined;

  private constructor(
    private readonly parts: {
      readonly folder: string;
      readonly embedded: EmbeddedRocketMQ;
      readonly beside: RocketMQConnection;
      readonly clock: VirtualClock;
    },
    /** What goes wrong in the broker. */
    readonly faults: BrokerFaults,
  ) {}

  static async start({ broker, topics = [] }: RocketMQTestingOptions = {}): Promise<RocketMQTesting> {
    const folder = await mkdtemp(join(tmpdir(), 'rocketmq-testing-'));
    const clock = new VirtualClock();
    const faults = new BrokerFaults(clock);
    const config = { mappedFileSizeCommitLog: SEGMENT_BYTES, mappedFileSizeConsumeQueue: 20_000, ...broker };
    const options = {
      dataDir: folder,
      namesrvPort: 0,
      brokerPort: 0,
      broker: config,
      clock,
      intercept: faults.intercept,
      stopTimeoutMs: 500,
    };
    const embedded = await EmbeddedRocketMQ.start(options);
    const beside = new RocketMQConnection('testing', { namesrvAddr: embedded.namesrvAddr, drainTimeoutMs: 100 });
    const testing = new RocketMQTesting({ folder, embedded, beside, clock }, faults);
    for (const topic of topics) await testing.createTopic(topic);
    return testing;
  }

  get namesrvAddr(): string {
    return this.parts.embedded.namesrvAddr;
  }

  /** For `RocketMQModule.forRoot`, when the application under test brings the module itself. */
  get connectionOptions(): RocketMQConnectionOptions {
    const { clock } = this.parts;
    return {
      namesrvAddr: this.namesrvAddr,
      startup: 'fail',
      client: { clock, mqClientApiTimeoutMs: PATIENCE_MS },
      producer: { sendMsgTimeoutMs: PATIENCE_MS },
    };
  }

  async createTopic(topic: string, queues = QUEUES): Promise<void> {
    const { topics } = (await this.parts.beside.start()).admin();
    await topics.createOrUpdate({ topic, readQueueNums: queues, writeQueueNums: queues });
  }

  /** What was published to the topic so far, by whomever; delayed messages when their time has come, transactional ones when they are committed. */
  async published<Out = unknown>(topic: Topic<Out>): Promise<readonly PublishedMessage<Out>[]> {
    const { name, tag, codec } =
      typeof topic === 'string' ? { name: topic, tag: undefined, codec: undefined } : { ...topic, name: topic.topic };
    const stored = (await this.stored(name)).filter((message) => tag === undefined || message.tags === tag);
    return Promise.all(stored.map(async (message) => publishedOf(message, (await payloadOf(message, codec ?? jsonCodec)) as Out)));
  }

  /**
   * Resolves with the first message of the topic that the predicate takes, published before or after the call.
   * @throws Error after `timeoutMs`, which says what was published instead
   */
  async waitFor<Out = unknown>(
    topic: Topic<Out>,
    predicate: (message: PublishedMessage<Out>) => boolean = () => true,
    { timeoutMs = TIMEOUT_MS }: WaitOptions = {},
  ): Promise<PublishedMessage<Out>> {
    let last: readonly PublishedMessage<Out>[] = [];
    const found = await this.until(timeoutMs, async () => {
      last = await this.published(topic);
      return last.find(predicate);
    });
    if (found !== undefined) return found;
    const name = typeof topic === 'string' ? topic : topic.topic;
    const seen = last.map(({ tag, body }) => `${tag ?? ''} ${body.toString('utf8').slice(0, 200)}`.trim());
    throw new Error(`no such message was published to ${name} in ${timeoutMs} ms; there were: ${seen.join(', ') || 'none'}`);
  }

  /**
   * Resolves when every connected consumer group has consumed everything that it can get now. A message that waits for its retry or its delivery time
   * counts when that has come: see `advance`.
   * @throws Error after `timeoutMs`, which names what is left
   */
  async drain({ timeoutMs = TIMEOUT_MS }: WaitOptions = {}): Promise<void> {
    const watch = await this.watch();
    let left: readonly string[] = [];
    const drained = await this.until(timeoutMs, async () => {
      left = await watch.behind();
      return left.length === 0 ? true : undefined;
    });
    if (drained !== true) throw new Error(`after ${timeoutMs} ms there is still to consume: ${left.join(', ')}`);
  }

  /** Moves the time of the broker and of the connections forward: delays, retries, checks, time-outs. */
  async advance(ms: number): Promise<void> {
    await this.parts.clock.advance(ms);
  }

  /** The time of the broker, milliseconds since the epoch. */
  now(): number {
    return this.parts.clock.now();
  }

  /** Lets another member join the group, take its share of the queues, and leave again: members lose queues and get them back. It consumes nothing. */
  async rebalance(group: string, { timeoutMs = TIMEOUT_MS }: WaitOptions = {}): Promise<void> {
    const watch = await this.watch();
    const topics = await watch.topicsOf(group);
    if (topics.length === 0) throw new Error(`no consumer of group ${group} is connected`);
    const visitor = new RocketMQConnection('visitor', { namesrvAddr: this.namesrvAddr, drainTimeoutMs: 100 });
    try {
      const consumer = (await visitor.start()).litePullConsumer({ group, autoCommit: false });
      for (const topic of topics) await consumer.subscribe(topic);
      await consumer.start();
      const took = await this.until(timeoutMs, () => Promise.resolve(consumer.assignment.length > 0 ? true : undefined));
      if (took !== true) throw new Error(`the members of ${group} left no queue to another one in ${timeoutMs} ms`);
    } finally {
      await visitor.close();
    }
  }

  /** Ends everything and removes its files. Idempotent. */
  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  // After the connections of the application, which end in an earlier phase.
  async onApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  private async watch(): Promise<GroupWatch> {
    return new GroupWatch((await this.parts.beside.start()).admin(), (topic) => this.stored(topic));
  }

  private async stored(topic: string): Promise<readonly StoredMessage[]> {
    const client = await this.parts.beside.start();
    const reader = this.readers.get(topic) ?? new TopicReader(client, topic);
    this.readers.set(topic, reader);
    return reader.all();
  }

  private async end(): Promise<void> {
    const { beside, clock, embedded, folder } = this.parts;
    await beside.close();
    await embedded.onApplicationShutdown();
    clock.end();
    await rm(folder, { recursive: true, force: true });
  }

  private async until<T>(timeoutMs: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const endMs = performance.now() + timeoutMs;
    for (;;) {
      const found = await look();
      if (found !== undefined || performance.now() >= endMs) return found;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}

function publishedOf<T>(message: StoredMessage, payload: T): PublishedMessage<T> {
  const { messageId, topic, tags: tag, keys, properties, body, queue, queueOffset } = message;
  return { messageId, topic, tag, keys, properties, body, payload, queueId: queue.queueId, queueOffset };
}

async function payloadOf(message: StoredMessage, codec: { decode(body: Buffer, message: StoredMessage): unknown }): Promise<unknown> {
  try {
    return await codec.decode(message.body, message);
  } catch {
    return undefined;
  }
}
