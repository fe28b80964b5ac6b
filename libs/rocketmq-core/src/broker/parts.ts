import { totalmem } from 'node:os';
import { OperationFailed } from '../base/index.js';
import { PropertyName, UniqueIdGenerator } from '../protocol/index.js';
import { NameServers, nameServerSource, RemotingClient, type Lanes } from '../remoting/index.js';
import type { Clock, FileSystem, Logger, Random } from '../runtime/index.js';
import { MessageStore, storePaths, type MessageDraft } from '../store/index.js';
import { ClientNotifier } from './clients/client-notifier.js';
import { ConnectionWatch } from './clients/connection-watch.js';
import { ConsumerTable } from './clients/consumer-table.js';
import { ProducerTable } from './clients/producer-table.js';
import type { BrokerConfig } from './config/broker-config.js';
import type { BrokerIdentity } from './config/listen-address.js';
import { LiveSettings } from './config/live-settings.js';
import { DelayedDelivery } from './delay/delayed-delivery.js';
import { Filtering } from './filtering/filtering.js';
import { brokerLanes } from './flow-control/broker-lanes.js';
import { FastFailure } from './flow-control/fast-failure.js';
import { WriteGate } from './flow-control/write-gate.js';
import { HeldPulls } from './holding/held-pulls.js';
import { QueueLockTable } from './locks/queue-lock-table.js';
import { VERSION_DESC } from './product.js';
import { RedeliveryTopics } from './redelivery/redelivery-topics.js';
import { RetrySends } from './redelivery/retry-sends.js';
import { RegisterLoop } from './registration/register-loop.js';
import { registrationBody } from './registration/registration-body.js';
import type { RouteParts } from './routes.js';
import { savedOrRefused } from './saving/saved-or-refused.js';
import { propertyStamper } from './sending/property-text.js';
import { sendTargetFinder } from './sending/send-target.js';
import { brokerMetrics, type Metric } from './stats/metrics.js';
import { runtimeInfo } from './stats/runtime-info.js';
import { newBrokerRates } from './stats/sample-loop.js';
import { StatsTable } from './stats/stats-table.js';
import { SavedTables } from './tables.js';
import { systemTopicsOf, systemTopicTest } from './topics/system-topics.js';
import { UnsavedTopics } from './topics/unsaved-topics.js';
import { Transactions } from './transactions/transactions.js';
import { MessageWriter } from './writing/message-writer.js';
import { QueueReader } from './writing/queue-reader.js';

export interface BrokerDoors {
  readonly clock: Clock;
  readonly files: FileSystem;
  readonly logger: Logger;
  readonly random: Random;
}

/** Name servers that are slow to learn of a new topic hold its answer up no longer than this; producers wait for three seconds in all. */
const PUBLISH_WAIT_MS = 1000;

function nameServersOf(config: BrokerConfig, client: RemotingClient, { clock, logger, random }: BrokerDoors): NameServers | undefined {
  const { namesrvAddr: addresses, namesrvEndpoint: endpoint } = config;
  if (addresses.trim() === '' && endpoint === '') return undefined;
  return new NameServers({ source: nameServerSource({ addresses, endpoint }), client, clock, logger, random });
}

/** The address of the broker while it listens. */
class Whereabouts {
  private current: BrokerIdentity | undefined;

  settle(identity: BrokerIdentity): void {
    this.current = identity;
  }

  /** @throws OperationFailed `unavailable` before the broker has started */
  get identity(): BrokerIdentity {
    if (this.current === undefined) throw new OperationFailed('unavailable', 'the broker does not listen yet');
    return this.current;
  }
}

/** Everything a broker is made of, joined. Nothing runs yet. */
export class Parts {
  readonly whereabouts = new Whereabouts();
  readonly producers = new ProducerTable();
  readonly consumers = new ConsumerTable((group) => this.filtering.filters.unregister(group));
  readonly filtering: Filtering;
  readonly locks: QueueLockTable;
  readonly notifier: ClientNotifier;
  readonly watch: ConnectionWatch;
  readonly held: HeldPulls;
  readonly stats: StatsTable;
  readonly rates;
  readonly store: MessageStore;
  readonly writer: MessageWriter;
  readonly queueReader: QueueReader;
  readonly delays: DelayedDelivery;
  readonly transactions: Transactions;
  readonly tables: SavedTables;
  readonly client: RemotingClient;
  readonly nameServers: NameServers | undefined;
  readonly registration: RegisterLoop;
  readonly lanes: Lanes;
  readonly fastFailure: FastFailure;
  readonly live: LiveSettings;
  readonly isSystem: (topic: string) => boolean;
  readonly root: string;
  private readonly bootTimestamp: number;

  constructor(
    readonly config: BrokerConfig,
    readonly doors: BrokerDoors,
  ) {
    const { clock, files, logger, random } = doors;
    const { consumers, producers } = this;
    this.bootTimestamp = clock.now();
    this.locks = new QueueLockTable(config.rebalanceLockMaxLiveTime);
    this.root = storePaths(config).root;
    const monotonic = () => clock.monotonic();
    const writing = new WriteGate({ store: { blockedSinceMs: () => this.store.writeBlockedSinceMs }, monotonic, settings: config });
    this.lanes = brokerLanes({ config, writing, monotonic, onWaiting: () => this.fastFailure.watch() });
    this.fastFailure = new FastFailure({ lanes: this.lanes, writing, clock, settings: config });
    this.stats = new StatsTable(config.brokerClusterName, () => clock.monotonic());
    this.rates = newBrokerRates(clock.now());
    this.isSystem = systemTopicTest(systemTopicsOf(config));
    this.notifier = new ClientNotifier({ consumers, clock });
    this.watch = new ConnectionWatch({ producers, consumers, notifier: this.notifier });
    this.filtering = new Filtering({ settings: config, root: this.root, files, clock, logger });
    this.held = new HeldPulls({
      heldMax: config.pullHeldMax,
      maxQueueOffset: (topic, queueId) => this.store.maxQueueOffset(topic, queueId),
    });
    const onWriteUnblocked = () => this.lanes.get('send').resume();
    this.store = new MessageStore({ config, files, clock, logger, arrivals: this.held, onWriteUnblocked });
    this.queueReader = new QueueReader({ store: this.store, logger });
    const { store, stats, root, queueReader: reader } = this;
    const append = (draft: MessageDraft) => this.writer.append(draft);
    this.delays = new DelayedDelivery({ config, root, files, clock, logger, random, store, reader, writer: { append }, stats });
    this.writer = new MessageWriter({ store, redirects: this.delays.redirects() });
    const onTopicsChanged = (changed: Parameters<RegisterLoop['announce']>[0]) => this.registration.announce(changed);
    this.tables = new SavedTables({ config, root: this.root, files, clock, logger, onTopicsChanged });
    const { topics, offsets } = this.tables;
    this.transactions = new Transactions({
      ...{ config, root, store, reader, writer: this.writer, topics, offsets, producers, files, clock, logger },
      identity: () => this.whereabouts.identity,
    });
    this.client = new RemotingClient({ clock, logger });
    this.nameServers = nameServersOf(config, this.client, doors);
    this.registration = this.newRegistration();
    this.live = new LiveSettings({ values: config, now: () => clock.now(), onChange: (keys) => this.settingsChanged(keys) });
  }

  private newRegistration(): RegisterLoop {
    const { config, client, tables } = this;
    const { clock, logger } = this.doors;
    return new RegisterLoop({
      client,
      clock,
      logger,
      addresses: () => this.nameServers?.addresses ?? [],
      identity: () => this.whereabouts.identity,
      encode: (topics) => {
        const { dataVersion, topics: all } = tables.topics.snapshot();
        const content = { topics: topics === 'all' ? all.values() : topics, dataVersion, brokerPermission: config.brokerPermission };
        return registrationBody(content, config.compressedRegister);
      },
      compressed: config.compressedRegister,
      periodMs: config.registerNameServerPeriod,
      timeoutMs: config.registerBrokerTimeoutMills,
      onOrderedTopics: (topics) => tables.topics.markOrdered(topics),
    });
  }

  private settingsChanged(keys: readonly string[]): void {
    if (!keys.includes('brokerPermission')) return;
    this.tables.topics.touch();
    this.registration.announceAll();
  }

  routeParts(): RouteParts {
    const { config, tables, doors, registration } = this;
    const { clock, random, logger } = doors;
    const { topics, groups, offsets, topicSaver, groupSaver } = tables;
    const topicsPublished = async () => {
      await Promise.all([savedOrRefused(topicSaver), registration.told(PUBLISH_WAIT_MS)]);
    };
    const unsaved = new UnsavedTopics(topicsPublished);
    const redeliveryTopics = new RedeliveryTopics({ topics, unsaved, random });
    const retrySends = new RetrySends({
      ...{ groups, redeliveryTopics, locks: this.locks, monotonic: () => clock.monotonic() },
      onDeadLetter: (group, topic) => this.stats.countDeadLetter(group, topic),
    });
    const trace = { region: config.regionId, on: String(config.traceOn) };
    const uniqueIds = new UniqueIdGenerator(
      { ip: Buffer.from([127, 0, 0, 1]), pid: process.pid, salt: random.bytes(4).readInt32BE() },
      () => clock.now(),
    );
    const fixed = new Map([
      [PropertyName.MSG_REGION, trace.region],
      [PropertyName.TRACE_ON, trace.on],
      [PropertyName.CLUSTER, config.brokerClusterName],
    ]);
    return {
      ...{ config, clock, logger, topics, groups, offsets },
      ...{ filters: this.filtering.filters, expressions: this.filtering.expressions },
      ...{
        live: this.live,
        store: this.store,
        writer: this.writer,
        queueReader: this.queueReader,
        delays: this.delays,
        transactions: this.transactions,
      },
      ...{ producers: this.producers, consumers: this.consumers, notifier: this.notifier },
      ...{ watch: this.watch, held: this.held, locks: this.locks, stats: this.stats, isSystem: this.isSystem },
      identity: () => this.whereabouts.identity,
      ...{ topicsPublished, unsaved, redeliveryTopics, retrySends },
      targetOf: sendTargetFinder({
        ...{ topics, clock, random, settings: config },
        retryTopicOf: (topic, unitMode) => retrySends.topicOf(topic, unitMode),
      }),
      stamp: propertyStamper({ fixed, newUniqueKey: () => uniqueIds.next() }),
      sendExt: new Map([
        [PropertyName.MSG_REGION, trace.region],
        [PropertyName.TRACE_ON, trace.on],
      ]),
      runtimeInfo: () => this.runtimeInfo(),
      firstMessageInMemory: (topic, queueId) => this.firstMessageInMemory(topic, queueId),
      groupsSaved: () => savedOrRefused(groupSaver),
    };
  }

  runtimeInfo(): Map<string, string> {
    const { clock, files } = this.doors;
    return runtimeInfo({
      figures: this.store.figures(),
      delayRows: this.delays.runtimeRows(),
      rates: this.rates,
      stats: this.stats,
      lanes: this.lanes.figures(),
      bootTimestamp: this.bootTimestamp,
      nowMs: clock.now(),
      active: this.store.status.kind === 'running',
      versionDesc: VERSION_DESC,
      startAcceptSendRequestTimeStamp: this.config.startAcceptSendRequestTimeStamp,
      disk: files.spaceSync(this.root),
    });
  }

  metrics(): Metric[] {
    const { config, tables, stats, producers, consumers, isSystem } = this;
    const { clock, files } = this.doors;
    const disk = files.spaceSync(this.root);
    return brokerMetrics({
      ...{ stats, producers, consumers, isSystem, offsets: tables.offsets, transactions: this.transactions.counts },
      cluster: config.brokerClusterName,
      brokerName: config.brokerName,
      brokerPermission: config.brokerPermission,
      figures: this.store.figures(),
      lanes: this.lanes.figures(),
      topicCount: tables.topics.size,
      groupCount: tables.groups.size,
      nowMs: clock.now(),
      diskUsed: disk.total - disk.free,
      maxQueueOffset: (topic, queueId) => this.store.maxQueueOffset(topic, queueId),
      storeTimeAt: (topic, queueId, queueOffset) => this.store.storeTimeAt(topic, queueId, queueOffset),
    });
  }

  /** Where one message lies is not asked for: the whole log must be recent. As Java: DefaultMessageStore.checkInMemByConsumeOffset. */
  private firstMessageInMemory(topic: string, queueId: number): boolean {
    if (this.store.storeTimeAt(topic, queueId, 0) < 0) return false;
    const { minPhysicalOffset, maxPhysicalOffset } = this.store.figures();
    return maxPhysicalOffset - minPhysicalOffset <= (totalmem() * this.config.accessMessageInMemoryMaxRatio) / 100;
  }
}
