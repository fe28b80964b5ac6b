import { bool, choice, defaultsOf, int, text, type SettingsOf } from '../../base/index.js';
import { storeSettings } from '../../store/index.js';

const changeable = { changeable: true } as const;
const ms = { unit: 'ms', min: 1 } as const;
const PORT_MAX = 65_535;
const TOPIC_QUEUES_MAX = 1024;
const MIB = 1024 * 1024;

const identitySettings = {
  brokerClusterName: text('DefaultCluster', 'Name of the cluster.'),
  brokerName: text('broker-a', 'Name of this broker and its replicas.'),
  brokerId: int(0, '0 is the master.', { min: 0, max: 0 }),
  brokerRole: {
    ...choice(
      ['ASYNC_MASTER'],
      'ASYNC_MASTER',
      'Role among the replicas of the broker. It has none yet, so the others would promise too much.',
    ),
    accepts: 'ASYNC_MASTER (messages are not replicated)',
  },
  namesrvAddr: text('', 'Name servers as host:port, separated by `;`. Empty: the broker registers nowhere.'),
  namesrvEndpoint: text('', 'HTTP address that answers with the name servers. Asked only when namesrvAddr is empty.'),
  bindAddress: text('127.0.0.1', 'IP address to listen at. One that others reach needs allowAnonymous=true.'),
  allowAnonymous: bool(false, 'Whether everyone who reaches a public bindAddress may use the broker without logging in.'),
  listenPort: int(10_911, 'Port of the broker; the VIP port is two below. 0: any free port, and no VIP port.', { min: 0, max: PORT_MAX }),
  brokerIP1: text('', 'IP address that clients are told to dial. Empty: bindAddress, or this machine’s first one when that is a wildcard.'),
  brokerIP2: text('', 'IP address that replicas are told to dial. Empty: brokerIP1.'),
  haListenPort: int(0, 'Port for replicas. 0: listenPort + 1.', { min: 0, max: PORT_MAX }),
  regionId: text('DefaultRegion', 'Region written into every message.'),
  traceOn: bool(true, 'Whether clients may trace messages.', changeable),
};

const topicSettings = {
  brokerPermission: int(6, 'What clients may do: 4 read, 2 write. Narrows the permission of every topic.', {
    min: 0,
    max: 7,
    ...changeable,
  }),
  autoCreateTopicEnable: bool(true, 'Whether a send to an unknown topic creates it.'),
  defaultTopicQueueNums: int(8, 'Queues of the topic that auto-created ones inherit from.', { min: 1, max: TOPIC_QUEUES_MAX }),
  autoCreateSubscriptionGroup: bool(true, 'Whether an unknown consumer group is created when it is first used.', changeable),
  enableCreateSysGroup: bool(true, 'Whether groups that begin with CID_RMQ_SYS_ are created even so.', changeable),
  clusterTopicEnable: bool(true, 'Whether the topic named after the cluster may be read and written.'),
  brokerTopicEnable: bool(true, 'Whether the topic named after the broker may be read and written.'),
  traceTopicEnable: bool(false, 'Whether the trace topic exists from the start.'),
  msgTraceTopicName: text('RMQ_SYS_TRACE_TOPIC', 'Name of the trace topic.'),
  validateSystemTopicWhenUpdateTopic: bool(true, 'Whether system topics are safe from administrators.'),
  enableMixedMessageType: bool(false, 'Whether topics may have message.type=MIXED.'),
  enableSplitMetadata: bool(true, 'Whether topic and group tables are given out in pages to those who ask for pages.', changeable),
  splitMetadataSize: int(2000, 'Most entries of a page.', { min: 1, ...changeable }),
};

const clientSettings = {
  longPollingEnable: bool(true, 'Whether a pull that finds nothing waits for as long as the client allows.', changeable),
  shortPollingTimeMills: int(1000, 'How long it waits otherwise.', { ...ms, ...changeable }),
  pullHeldMax: int(100_000, 'Pulls that wait at the same time; further ones are answered at once.', { min: 0, ...changeable }),
  pullBatchMaxMessageCount: int(160, 'Most messages of one pull, whatever the client asks for.', { min: 1, ...changeable }),
  storeReplyMessageEnable: bool(true, 'Whether replies are kept in the reply topic of the cluster, too.', changeable),
  litePullMessageEnable: bool(true, 'Whether lite pull consumers are served.', changeable),
  rejectPullConsumerEnable: bool(false, 'Whether consumers without a heartbeat subscription are refused.', changeable),
  notifyConsumerIdsChangedEnable: bool(true, 'Whether consumers are told when members of their group come or go.', changeable),
  useServerSideResetOffset: bool(
    true,
    'Whether the broker keeps reset offsets and tells the next pulls; else it tells online consumers.',
    changeable,
  ),
  enablePropertyFilter: bool(false, 'Whether consumers may filter by SQL92.', changeable),
  filterSupportRetry: bool(
    false,
    'Whether an SQL92 subscription to a retry topic takes the filter of the topic where a message failed.',
    changeable,
  ),
  filterDataCleanTimeSpan: int(24 * 3600 * 1000, 'A filter that nobody has subscribed with for this long is forgotten.', ms),
  maxErrorRateOfBloomFilter: int(
    20,
    'Percent. With the next, what consumerFilter.json says of bits; Apache drops the file when they differ.',
    { min: 1, max: 99 },
  ),
  expectConsumerNumUseFilter: int(32, 'Groups per topic that are expected to filter.', { min: 1, max: 65_536 }),
  channelExpiredTimeout: int(120_000, 'A client without a heartbeat for this long is disconnected.', ms),
  subscriptionExpiredTimeout: int(600_000, 'A subscription that came with a pull is forgotten after this long.', ms),
  flushConsumerOffsetInterval: int(5000, 'Pause between saves of the consumer offsets.', ms),
  // A system property of Apache's broker: rocketmq.broker.rebalance.lockMaxLiveTime.
  rebalanceLockMaxLiveTime: int(60_000, 'Life of a queue lock of an orderly consumer that is not renewed.', ms),
  rejectTransactionMessage: bool(false, 'Whether transactional messages are refused.', changeable),
  startAcceptSendRequestTimeStamp: int(0, 'Sends before this time (milliseconds since the epoch) are refused.', { min: 0, ...changeable }),
  updateBrokerConfigEnable: bool(false, 'Whether administrators may change settings at run time. Nobody has to log in here, so it is off.'),
};

const delaySettings = {
  flushDelayOffsetInterval: int(10_000, 'Pause between saves of how far the delay levels have delivered.', ms),
  timerWheelEnable: bool(true, 'Whether messages may ask for a time of their own; if not they are refused.'),
  timerPrecisionMs: int(1000, 'A message with a time of its own is delivered this much late at most. Fixed for the life of a store.', ms),
  timerMaxDelaySec: int(3 * 24 * 3600, 'Messages that ask for a longer delay are refused.', { unit: 's', min: 1 }),
  timerRollWindowSlot: int(
    2 * 24 * 3600,
    'Ticks of timerPrecisionMs after which a waiting message is written anew, so that old files can go.',
    {
      min: 2,
    },
  ),
  timerCongestNumEachSlot: int(
    0x7fffffff,
    'Messages due in one tick above which further ones are refused by chance, and above twice as many always.',
    {
      min: 1,
      ...changeable,
    },
  ),
  timerFlushIntervalMs: int(1000, 'Pause between saves of how far the timer has come.', ms),
  mappedFileSizeTimerLog: int(100 * 1024 * 1024, 'Size of a timer log file.', { unit: 'bytes', min: 1024, max: 0x7fffffff }),
  appendTopicForTimerDeleteKey: bool(false, 'Whether a recall names topic and message, as releases before 5.4 do, or the message alone.'),
  recallMessageEnable: bool(false, 'Whether producers may take back messages that wait in the timer.', changeable),
  allowRecallWhenBrokerNotWriteable: bool(true, 'Whether they may while brokerPermission forbids writing.', changeable),
};

const registrationSettings = {
  registerNameServerPeriod: int(30_000, 'Pause between registrations, from 10 s to 60 s.', { unit: 'ms', min: 10_000, max: 60_000 }),
  registerBrokerTimeoutMills: int(24_000, 'A name server that does not answer a registration within this time has failed.', ms),
  compressedRegister: bool(false, 'Whether the topic table is compressed on its way to the name servers.'),
};

const transactionSettings = {
  transactionTimeOut: int(6000, 'A producer is not asked about a half message that is younger.', ms),
  transactionCheckMax: int(15, 'A half message that was asked for this often is given up.', { min: 1 }),
  transactionCheckInterval: int(30_000, 'Pause between rounds through the half messages.', ms),
  transactionOpMsgMaxSize: int(4096, 'Bytes of ended transactions that are noted in one message.', { min: 1, max: 1_048_576 }),
  transactionOpBatchInterval: int(3000, 'Ended transactions are noted at least this often.', ms),
  transactionMetricFlushInterval: int(10_000, 'Pause between saves of the numbers of open transactions.', ms),
};

const laneSettings = {
  sendThreadPoolQueueCapacity: int(10_000, 'Sends being handled; further ones are answered SYSTEM_BUSY.', { min: 1 }),
  pullThreadPoolQueueCapacity: int(100_000, 'Pulls being handled.', { min: 1 }),
  litePullThreadPoolQueueCapacity: int(100_000, 'Lite pulls being handled.', { min: 1 }),
  ackThreadPoolQueueCapacity: int(100_000, 'Acknowledgements being handled.', { min: 1 }),
  replyThreadPoolQueueCapacity: int(10_000, 'Replies being handled.', { min: 1 }),
  queryThreadPoolQueueCapacity: int(20_000, 'Message queries being handled.', { min: 1 }),
  clientManagerThreadPoolQueueCapacity: int(1_000_000, 'Unregistrations and checks of clients being handled.', { min: 1 }),
  consumerManagerThreadPoolQueueCapacity: int(1_000_000, 'Requests about consumer groups being handled.', { min: 1 }),
  heartbeatThreadPoolQueueCapacity: int(50_000, 'Heartbeats being handled.', { min: 1 }),
  endTransactionPoolQueueCapacity: int(100_000, 'Ends of transactions being handled.', { min: 1 }),
  adminBrokerThreadPoolQueueCapacity: int(10_000, 'Administrative requests being handled.', { min: 1 }),
};

const flowSettings = {
  brokerFastFailureEnable: bool(true, 'Whether requests that wait too long are answered SYSTEM_BUSY.', changeable),
  waitTimeMillsInSendQueue: int(200, 'How long sends may wait for a store that cannot write.', { ...ms, ...changeable }),
  waitTimeMillsInPullQueue: int(5000, 'How long pulls may wait for others to read from the disk.', { ...ms, ...changeable }),
  waitTimeMillsInLitePullQueue: int(5000, 'The same for lite pulls.', { ...ms, ...changeable }),
  waitTimeMillsInHeartbeatQueue: int(31_000, 'How long heartbeats may wait.', { ...ms, ...changeable }),
  waitTimeMillsInTransactionQueue: int(3000, 'How long ends of transactions may wait.', { ...ms, ...changeable }),
  waitTimeMillsInAckQueue: int(3000, 'How long acknowledgements may wait.', { ...ms, ...changeable }),
  waitTimeMillsInAdminBrokerQueue: int(5000, 'How long administrative requests may wait.', { ...ms, ...changeable }),
  pullMessageThreadPoolNums: int(0, 'Pulls that read from the disk at the same time. 0: 16, and two for each processor.', { min: 0 }),
  litePullMessageThreadPoolNums: int(0, 'The same for lite pulls.', { min: 0 }),
  queryMessageThreadPoolNums: int(0, 'Message queries at the same time. 0: 8, and one for each processor.', { min: 0 }),
  serverChannelMaxIdleTimeSeconds: int(120, 'A connection without traffic for this long is closed.', { unit: 's', min: 1, max: 86_400 }),
  serverConnectionsMax: int(65_535, 'Connections of one port; further ones are closed at once.', { min: 1 }),
  connectionRequestsMax: int(16_384, 'Requests of one connection being handled; above, it is not read.', { min: 1 }),
  connectionInputSizeMax: int(32 * MIB, 'Their bytes; above, the connection is not read.', { unit: 'bytes', min: MIB }),
  serverInputSizeMax: int(256 * MIB, 'The same for all connections of one port.', { unit: 'bytes', min: MIB }),
  connectionOutputSizeMax: int(64 * MIB, 'Answers that wait for one connection to read them; above, SYSTEM_BUSY instead.', {
    unit: 'bytes',
    min: MIB,
  }),
  serverOutputSizeMax: int(512 * MIB, 'The same for all connections of one port.', { unit: 'bytes', min: MIB }),
};

/** Every setting of a broker under its name in Apache's broker.conf. As Java: BrokerConfig, MessageStoreConfig, NettyServerConfig. */
export const brokerSettings = {
  ...identitySettings,
  ...topicSettings,
  ...clientSettings,
  ...delaySettings,
  ...registrationSettings,
  ...transactionSettings,
  ...laneSettings,
  ...flowSettings,
  ...storeSettings,
} as const;

export type BrokerConfig = SettingsOf<typeof brokerSettings>;

export const brokerConfigOf = (given: Partial<BrokerConfig>): BrokerConfig => ({ ...defaultsOf(brokerSettings), ...given });
