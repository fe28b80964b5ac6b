import { bool, int, type SettingsOf, text } from '../base/index.js';

/** Settings of a name server, with Java's names (NamesrvConfig, NettyServerConfig). Those that Java does not have are marked. */
export const namesrvSettings = {
  listenPort: int(9876, 'Port; 0 lets the system choose.', { min: 0, max: 65_535 }),
  bindAddress: text('127.0.0.1', 'Address to listen on. Java: 0.0.0.0.'),
  allowAnonymous: bool(false, 'Whether an address that others can reach may be bound although nobody has to log in. Not in Java.'),
  kvConfigPath: text('', 'File of the KV settings, kvConfig.json; empty keeps them in memory. Java: $HOME/namesrv/kvConfig.json.'),
  orderMessageEnable: bool(false, 'Whether routes carry the order settings of their topic.', { changeable: true }),
  returnOrderTopicConfigToBroker: bool(true, 'Whether a registration is answered with the order settings of all topics.', {
    changeable: true,
  }),
  supportActingMaster: bool(false, 'Whether the slave with the smallest id stands in for a missing master.', { changeable: true }),
  notifyMinBrokerIdChanged: bool(false, 'Whether brokers are told which of them has the smallest id.', { changeable: true }),
  enableAllTopicList: bool(true, 'Whether GET_ALL_TOPIC_LIST_FROM_NAMESERVER is answered.', { changeable: true }),
  enableTopicList: bool(true, 'Whether the lists of topics by cluster and unit are answered.', { changeable: true }),
  deleteTopicWithBrokerRegistration: bool(false, 'Whether topics that a registration does not name are dropped.', { changeable: true }),
  needWaitForService: bool(false, 'Whether routes are refused until brokers have had time to register.'),
  waitSecondsForService: int(45, 'How long routes are refused after the start.', { min: 0, max: 3600, unit: 's' }),
  scanNotActiveBrokerInterval: int(5000, 'Time between two searches for silent brokers.', { min: 100, max: 3_600_000, unit: 'ms' }),
  clientRequestThreadPoolQueueCapacity: int(50_000, 'Route requests handled at a time.', { min: 1 }),
  defaultThreadPoolQueueCapacity: int(10_000, 'All other requests handled at a time.', { min: 1 }),
  serverChannelMaxIdleTimeSeconds: int(120, 'Connections without traffic for this long are closed.', { min: 1, unit: 's' }),
};

export type NamesrvConfig = SettingsOf<typeof namesrvSettings>;
