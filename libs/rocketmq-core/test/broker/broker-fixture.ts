import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broker, type BrokerConfig, type BrokerOptions } from '../../src/broker/index.js';
import {
  encodeHeartbeatData,
  HeartBeat,
  javaHashCode,
  PullMessage,
  SendMessageV2,
  type Command,
  type ConsumerData,
  type HeaderOf,
  type HeartbeatData,
  type SubscriptionData,
} from '../../src/protocol/index.js';
import { RemotingClient, type Answer, type CallOptions, type Route } from '../../src/remoting/index.js';
import { silentLogger, SystemClock } from '../../src/runtime/index.js';

const TIMEOUT_MS = 10_000;
const MIB = 1024 * 1024;

/** One client connection to a broker. */
export class TestClient {
  private readonly client: RemotingClient;

  constructor(
    private readonly address: () => string,
    readonly clientId: string,
    routes: readonly Route[] = [],
  ) {
    this.client = new RemotingClient({ clock: new SystemClock(), logger: silentLogger, routes });
  }

  call<C extends Command>(command: C, header: HeaderOf<C['request']>, options: Partial<CallOptions> = {}): Promise<Answer<C>> {
    return this.client.invoke(this.address(), command, header, { timeoutMs: TIMEOUT_MS, ...options });
  }

  oneway<C extends Command>(command: C, header: HeaderOf<C['request']>, body?: Buffer): Promise<void> {
    return this.client.oneway(this.address(), command, header, { body });
  }

  send(
    topic: string,
    body: string,
    more: Partial<HeaderOf<(typeof SendMessageV2)['request']>> = {},
  ): Promise<Answer<typeof SendMessageV2>> {
    const header = {
      ...{ producerGroup: 'P', topic, defaultTopic: 'TBW102', defaultTopicQueueNums: 4, queueId: 0, sysFlag: 0 },
      ...{ bornTimestamp: 1, flag: 0, ...more },
    };
    return this.call(SendMessageV2, header, { body: Buffer.from(body) });
  }

  pull(
    topic: string,
    queueOffset: number,
    more: Partial<HeaderOf<(typeof PullMessage)['request']>> = {},
  ): Promise<Answer<typeof PullMessage>> {
    const header = {
      ...{ consumerGroup: 'G', topic, queueId: 0, queueOffset, maxMsgNums: 32, sysFlag: 4, commitOffset: 0, suspendTimeoutMillis: 0 },
      ...{ subVersion: 0, subscription: '*', ...more },
    };
    return this.call(PullMessage, header);
  }

  subscribe(group: string, ...subscriptions: readonly SubscriptionData[]): Promise<Answer<typeof HeartBeat>> {
    return this.call(HeartBeat, {}, { body: encodeHeartbeatData(heartbeatOf(this.clientId, group, subscriptions)) });
  }

  close(): Promise<void> {
    return this.client.close(0);
  }
}

export function subscriptionTo(topic: string, expression = '*', subVersion = 1): SubscriptionData {
  const tagsSet = expression === '*' ? [] : expression.split('||');
  return {
    topic,
    subString: expression,
    tagsSet,
    codeSet: tagsSet.map(javaHashCode),
    subVersion,
    expressionType: 'TAG',
    classFilterMode: false,
  };
}

/** A heartbeat of version 1 from a clustering push consumer. */
export function heartbeatOf(clientID: string, groupName: string, subscriptionDataSet: readonly SubscriptionData[]): HeartbeatData {
  const consumer: ConsumerData = {
    groupName,
    consumeType: 'CONSUME_PASSIVELY',
    messageModel: 'CLUSTERING',
    consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
    subscriptionDataSet,
    unitMode: false,
  };
  return { clientID, consumerDataSet: [consumer], producerDataSet: [], heartbeatFingerprint: 0, withoutSub: false };
}

/** A broker on a store of its own, and clients of it. */
export class BrokerFixture {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rocketmq-broker-'));
  private readonly clients: TestClient[] = [];
  private current: Broker | undefined;

  get root(): string {
    return this.folder;
  }

  get broker(): Broker {
    if (this.current === undefined) throw new Error('no broker was started');
    return this.current;
  }

  async start(config: Partial<BrokerConfig> = {}, doors: Omit<BrokerOptions, 'config'> = {}): Promise<Broker> {
    const small = { mappedFileSizeCommitLog: 4 * MIB, mappedFileSizeConsumeQueue: 20_000 };
    this.current = new Broker({
      ...doors,
      config: { listenPort: 0, storePathRootDir: this.folder, brokerName: 'b', brokerClusterName: 'C', ...small, ...config },
    });
    await this.current.start();
    return this.current;
  }

  client(clientId = 'client', routes: readonly Route[] = []): TestClient {
    const client = new TestClient(() => this.broker.address, clientId, routes);
    this.clients.push(client);
    return client;
  }

  async stop(): Promise<void> {
    await this.current?.stop(1000);
    this.current = undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
