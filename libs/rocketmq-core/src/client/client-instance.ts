import { join } from 'node:path';
import { messageOf, OperationFailed } from '../base/index.js';
import {
  decodeTopicRouteData,
  GetRouteinfoByTopic,
  need,
  NotifyConsumerIdsChanged,
  parseIp,
  ResponseCode,
  type TopicRouteData,
  UniqueIdGenerator,
} from '../protocol/index.js';
import { NameServers, RemotingClient, route } from '../remoting/index.js';
import { AdminClient } from './admin/admin-client.js';
import { type ClientOptions, type ClientSettings, resolveClientOptions } from './config/client-options.js';
import { type PushConsumerOptions, type PushConsumerSettings, resolveConsumerOptions } from './config/consumer-options.js';
import { type ProducerOptions, type ProducerSettings, resolveProducerOptions } from './config/producer-options.js';
import { resolveTransactionOptions, type TransactionProducerOptions } from './config/transaction-options.js';
import { type LitePullConsumerOptions, type LitePullSettings, resolveLitePullOptions } from './config/lite-pull-options.js';
import { adminPushes } from './consumer/admin-pushes.js';
import { LitePullConsumer } from './consumer/lite-pull-consumer.js';
import { PushConsumer } from './consumer/push-consumer.js';
import { Redelivery } from './consumer/redelivery.js';
import { DeadLetters } from './dead-letters/dead-letters.js';
import { doublingPlan } from './doubling/plan-source.js';
import { CallRefused, InvalidInput } from './errors.js';
import { BrokerCalls } from './instance/calls.js';
import type { GroupConsumer } from './consumer/group-consumer.js';
import { type ConsumerGroup, GroupTable } from './instance/group-table.js';
import { HeartbeatLoop } from './instance/heartbeat-loop.js';
import { BrokerVersionTable } from './instance/broker-version-table.js';
import { type Reachability, ReachabilityTable } from './instance/reachability-table.js';
import type { Membership } from './instance/membership.js';
import { RouteFinder } from './instance/route-finder.js';
import { RouteLoop } from './instance/route-loop.js';
import { RouteTable } from './instance/route-table.js';
import type { GroupOffsets } from './offsets/group-offsets.js';
import { LocalOffsets } from './offsets/local-offsets.js';
import { RemoteOffsets } from './offsets/remote-offsets.js';
import { Introduction } from './producer/introduction.js';
import { Producer, type ProducerParts } from './producer/producer.js';
import { replyPush } from './producer/reply-push.js';
import { ReplyTable } from './producer/reply-table.js';
import { Requester } from './producer/requester.js';
import { checkPush } from './producer/check-push.js';
import { SendQueue } from './producer/send-queue.js';
import { Recaller } from './producer/recaller.js';
import { Sender } from './producer/sender.js';
import { TransactionProducer } from './producer/transaction-producer.js';
import { QueueReader } from './reading/queue-reader.js';

/** As Java: MixAll.CLIENT_INNER_PRODUCER_GROUP. */
const INNER_PRODUCER_GROUP = 'CLIENT_INNER_PRODUCER';
const SHUTDOWN_MS = 30_000;
const CLOSE_MS = 1000;

/**
 * One client of one cluster: its connections, routes and heartbeats, shared by the producers and consumers that it makes. As Java: MQClientInstance,
 * but there may be any number of them in a process, and none is shared behind the scenes.
 */
export class ClientInstance {
  private readonly settings: ClientSettings;
  private readonly remoting: RemotingClient;
  private readonly nameServers: NameServers;
  private readonly table = new RouteTable();
  private readonly routes: RouteFinder;
  private readonly routeLoop: RouteLoop;
  private readonly heartbeats: HeartbeatLoop;
  private readonly reachable = new ReachabilityTable();
  private readonly calls: BrokerCalls;
  private readonly groups = new GroupTable();
  private readonly brokerVersions = new BrokerVersionTable();
  private readonly replies = new ReplyTable();
  private readonly ids: UniqueIdGenerator;
  private readonly producers = new Set<Producer>();
  private readonly consumers = new Set<GroupConsumer>();
  private state: 'created' | 'running' | 'stopped' = 'created';
  private ended: Promise<void> | undefined;
  private letters: DeadLetters | undefined;

  /** @throws InvalidInput; OperationFailed `unavailable` when no name server is configured */
  constructor(options: ClientOptions) {
    this.settings = resolveClientOptions(options);
    const { clock, logger, random, nameServers: source, clientIP, vipChannelEnabled } = this.settings;
    this.remoting = new RemotingClient({ clock, logger, routes: this.pushes() });
    this.nameServers = new NameServers({ source, client: this.remoting, clock, logger, random });
    this.calls = new BrokerCalls(this.remoting, { vipChannelEnabled });
    this.routes = new RouteFinder({ table: this.table, source: { route: (topic) => this.fetchRoute(topic) }, logger });
    this.routeLoop = new RouteLoop({ finder: this.routes, clock, logger, periodMs: this.settings.pollNameServerIntervalMs });
    this.heartbeats = this.createHeartbeats();
    const ip = parseIp(clientIP) ?? Buffer.alloc(4);
    this.ids = new UniqueIdGenerator({ ip, pid: process.pid, salt: random.bytes(4).readInt32BE() }, () => clock.now());
    this.remoting.onClose((address) => this.heartbeats.lost(address));
    this.routes.onChange(() => void this.heartbeats.beatNew());
  }

  /** `ip@pid#random`: no two instances have the same. */
  get clientId(): string {
    return this.settings.clientId;
  }

  /** Name servers as they are known now. */
  get namesrvAddresses(): readonly string[] {
    return this.nameServers.addresses;
  }

  /** Whether the brokers that its producers and consumers are announced to answer. */
  get reachability(): Reachability {
    return this.reachable.state;
  }

  /** Runs after every change of `reachability`, until the shutdown. @returns a function that ends it */
  onReachability(listener: (reachability: Reachability) => void): () => void {
    return this.reachable.onChange(listener);
  }

  /**
   * Begins the upkeep of routes and heartbeats. Asks no server, unless the list of name servers has to be fetched.
   * @throws OperationFailed when that fails; the start may then be tried again
   */
  async start(): Promise<void> {
    if (this.state === 'running') return;
    this.assertNotStopped();
    await this.nameServers.start();
    this.assertNotStopped();
    this.state = 'running';
    this.routeLoop.start();
    this.heartbeats.start();
  }

  /** @throws InvalidInput */
  producer(options: ProducerOptions): Producer {
    this.assertNotStopped();
    const producer: Producer = new Producer(this.producerParts(resolveProducerOptions(options), () => producer));
    return producer;
  }

  /** A producer of messages that are sent together with a local transaction. @throws InvalidInput */
  transactionProducer(options: TransactionProducerOptions): TransactionProducer {
    this.assertNotStopped();
    const transactions = resolveTransactionOptions(options);
    const { calls, table, routes } = this;
    const { logger } = this.settings;
    const parts = this.producerParts(transactions.producer, () => producer);
    const producer: TransactionProducer = new TransactionProducer({ ...parts, transactions, calls, table, routes, logger });
    return producer;
  }

  /** @throws InvalidInput */
  pushConsumer(options: PushConsumerOptions): PushConsumer {
    this.assertNotStopped();
    const settings = resolveConsumerOptions(options);
    const { clock, logger, random, files, localId, mqClientApiTimeoutMs } = this.settings;
    const consumer: PushConsumer = new PushConsumer({
      settings,
      clientId: this.clientId,
      localId,
      files,
      calls: this.calls,
      table: this.table,
      routes: this.routes,
      membership: this.consumerMembership(settings, () => consumer),
      redelivery: this.createRedelivery(settings),
      callTimeoutMs: mqClientApiTimeoutMs,
      nameServers: () => this.namesrvAddresses,
      doublingPlan: (topic) => doublingPlan(topic, this.nameServers, mqClientApiTimeoutMs),
      clock,
      random,
      logger,
    });
    return consumer;
  }

  /** @throws InvalidInput */
  litePullConsumer(options: LitePullConsumerOptions): LitePullConsumer {
    this.assertNotStopped();
    const settings = resolveLitePullOptions(options);
    const { calls, table, routes, clientId } = this;
    const { mqClientApiTimeoutMs: callTimeoutMs, clock, logger, random } = this.settings;
    const nameServers = () => this.namesrvAddresses;
    const membership = this.consumerMembership({ ...settings, consumeType: 'CONSUME_ACTIVELY' }, () => consumer);
    const offsets = this.pullOffsets(settings);
    const consumer: LitePullConsumer = new LitePullConsumer({
      ...{ settings, clientId, calls, table, routes, offsets, membership, callTimeoutMs, nameServers, clock, random, logger },
    });
    return consumer;
  }

  /** Requests of an administrator: topics, groups, offsets, figures. */
  admin(): AdminClient {
    this.assertNotStopped();
    return new AdminClient({ calls: this.calls, nameServers: this.nameServers, clock: this.settings.clock });
  }

  /** What consumer groups gave up: to count, to look at, to send again. */
  deadLetters(): DeadLetters {
    this.assertNotStopped();
    return (this.letters ??= this.createDeadLetters());
  }

  /**
   * Shuts consumers and producers down, waiting for what runs in them for up to `deadlineMs`, and closes every connection. Idempotent.
   */
  shutdown(deadlineMs = SHUTDOWN_MS): Promise<void> {
    this.ended ??= this.end(deadlineMs);
    return this.ended;
  }

  private createDeadLetters(): DeadLetters {
    const { calls, table, routes, clientId } = this;
    const { clock, mqClientApiTimeoutMs: callTimeoutMs } = this.settings;
    const sending = resolveProducerOptions({ group: INNER_PRODUCER_GROUP, autoCreateTopic: false });
    return new DeadLetters({
      admin: this.admin(),
      ...{ calls, table, clientId, clock, callTimeoutMs },
      refresh: (topic) => routes.refresh(topic),
      reader: new QueueReader({ calls, table, routes, timeoutMs: callTimeoutMs }),
      sender: this.createSender(sending),
      sendTimeoutMs: sending.sendMsgTimeoutMs,
    });
  }

  private async end(deadlineMs: number): Promise<void> {
    const { clock } = this.settings;
    const startedMs = clock.monotonic();
    await Promise.all([...this.consumers].map((consumer) => consumer.shutdown(deadlineMs)));
    const leftMs = Math.max(0, deadlineMs - (clock.monotonic() - startedMs));
    await Promise.all([...this.producers].map((producer) => producer.shutdown(leftMs)));
    this.state = 'stopped';
    this.reachable.close();
    await this.nameServers.stop();
    await this.remoting.close(CLOSE_MS);
    await Promise.all([this.routeLoop.stop(), this.heartbeats.stop()]);
  }

  private assertNotStopped(): void {
    if (this.state === 'stopped' || this.ended !== undefined) throw new OperationFailed('closed', 'the client was shut down');
  }

  private createHeartbeats(): HeartbeatLoop {
    const { clock, logger, heartbeatBrokerIntervalMs, mqClientApiTimeoutMs: timeoutMs } = this.settings;
    return new HeartbeatLoop({
      clock,
      logger,
      periodMs: heartbeatBrokerIntervalMs,
      reachability: this.reachable,
      brokers: () => this.table.allBrokers,
      hasConsumers: () => this.groups.hasConsumers,
      hasGroups: () => this.groups.hasGroups,
      send: async (address) => {
        this.brokerVersions.note(address, await this.calls.heartbeat(address, this.groups.heartbeat(this.clientId), { timeoutMs }));
      },
    });
  }

  private createSender(settings: ProducerSettings): Sender {
    const { clock, logger, random } = this.settings;
    return new Sender({ settings, table: this.table, routes: this.routes, calls: this.calls, clock, logger, random });
  }

  private pullOffsets({ group, messageModel, localOffsetStoreDir }: LitePullSettings): GroupOffsets {
    const { calls, table, routes } = this;
    const { files, localId, logger } = this.settings;
    if (messageModel === 'CLUSTERING') return new RemoteOffsets({ group, calls, table, routes, logger });
    return new LocalOffsets({ files, path: join(localOffsetStoreDir, localId, group, 'offsets.json'), logger });
  }

  private createRequester(settings: ProducerSettings): Requester {
    const { table, routes, replies, ids, clientId } = this;
    const defaults = settings.autoCreateTopic ? settings : undefined;
    const introduction = new Introduction({ table, routes, defaults, beat: () => this.heartbeats.beatNew() });
    const introduce = (topic: string) => introduction.of(topic);
    return new Requester({ clientId, replies, introduce, ids, clock: this.settings.clock, waitingMax: settings.waitingRequestsMax });
  }

  private createRedelivery({ group, maxReconsumeTimes, levelsMs }: PushConsumerSettings): Redelivery {
    const sender = this.createSender(resolveProducerOptions({ group: INNER_PRODUCER_GROUP }));
    return new Redelivery({
      group,
      maxReconsumeTimes,
      levelsMs,
      calls: this.calls,
      table: this.table,
      versions: this.brokerVersions,
      sender,
      logger: this.settings.logger,
    });
  }

  private producerParts(settings: ProducerSettings, self: () => Producer): ProducerParts {
    const { clock } = this.settings;
    const { inFlightMax: countMax, inFlightBytesMax: bytesMax } = settings;
    return {
      settings,
      sender: this.createSender(settings),
      sendQueue: new SendQueue({ clock, countMax, bytesMax }),
      requester: this.createRequester(settings),
      recaller: new Recaller({ group: settings.group, table: this.table, routes: this.routes, calls: this.calls }),
      membership: this.producerMembership(settings.group, self),
      ids: this.ids,
      clock,
    };
  }

  private producerMembership(group: string, self: () => Producer): Membership {
    return {
      join: () => {
        this.assertJoinable();
        this.producers.add(self());
        this.groups.addProducer(group);
        void this.heartbeats.beat();
        return Promise.resolve();
      },
      leave: async () => {
        this.producers.delete(self());
        if (this.groups.removeProducer(group)) await this.unregister({ producerGroup: group });
      },
    };
  }

  private consumerMembership(about: Omit<ConsumerGroup, 'subscribed'>, self: () => GroupConsumer) {
    const { group, consumeFromWhere, consumeType, messageModel } = about;
    return {
      join: async () => {
        this.assertJoinable();
        const describe = () => ({ group, consumeFromWhere, consumeType, messageModel, subscribed: self().subscribed });
        if (!this.groups.addConsumer(group, describe)) {
          throw new InvalidInput('group', `this client has a consumer of group ${group} already; another one needs a client of its own`);
        }
        this.consumers.add(self());
        await this.heartbeats.beat();
      },
      announce: () => this.heartbeats.beat(),
      leave: async () => {
        if (!this.consumers.delete(self())) return;
        this.groups.removeConsumer(group);
        await this.unregister({ consumerGroup: group });
      },
    };
  }

  private assertJoinable(): void {
    this.assertNotStopped();
    if (this.state === 'created') throw new OperationFailed('closed', 'the client was not started');
  }

  private unregister(group: { readonly producerGroup?: string; readonly consumerGroup?: string }): Promise<void> {
    const { logger, mqClientApiTimeoutMs: timeoutMs } = this.settings;
    return this.heartbeats.between(async () => {
      const farewells = this.table.allBrokers.map(async ({ address }) => {
        try {
          await this.calls.unregister(address, { clientID: this.clientId, ...group }, { timeoutMs });
        } catch (error) {
          logger.log('debug', 'a broker was not told that a group is gone', { address, ...group, error: messageOf(error) });
        }
      });
      await Promise.all(farewells);
    });
  }

  private async fetchRoute(topic: string): Promise<TopicRouteData | undefined> {
    const header = { topic, acceptStandardJsonOnly: true };
    const answer = await this.nameServers.invoke(GetRouteinfoByTopic, header, { timeoutMs: this.settings.mqClientApiTimeoutMs });
    if (answer.code === ResponseCode.TOPIC_NOT_EXIST) return undefined;
    if (answer.code !== ResponseCode.SUCCESS) throw new CallRefused(GetRouteinfoByTopic.name, 'the name server', answer);
    return decodeTopicRouteData(answer.body);
  }

  private transactionProducersOf(group: string): TransactionProducer[] {
    const own = [...this.producers].filter((producer) => producer.group === group);
    return own.filter((producer): producer is TransactionProducer => 'takeCheck' in producer);
  }

  /** Requests that brokers send to clients. */
  private pushes() {
    const consumerOf = (group: string) => [...this.consumers].find((consumer) => consumer.group === group);
    return [
      replyPush({ ...this.settings, replies: this.replies }),
      checkPush({ producersOf: (group) => this.transactionProducersOf(group), logger: this.settings.logger }),
      route(
        NotifyConsumerIdsChanged,
        ({ header }) => {
          consumerOf(need(header, 'consumerGroup'))?.rebalance();
          return { code: ResponseCode.SUCCESS };
        },
        'default',
      ),
      ...adminPushes(consumerOf),
    ];
  }
}
