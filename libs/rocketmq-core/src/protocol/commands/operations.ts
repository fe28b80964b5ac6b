import { defineCommand, id, optional, required, string, time } from '../command.js';
import { RequestCode } from '../request-codes.js';

export const UpdateBrokerConfig = defineCommand({
  code: RequestCode.UPDATE_BROKER_CONFIG,
  name: 'UPDATE_BROKER_CONFIG',
  access: 'admin',
  request: {},
  response: {},
});

export const GetBrokerConfig = defineCommand({
  code: RequestCode.GET_BROKER_CONFIG,
  name: 'GET_BROKER_CONFIG',
  access: 'admin',
  request: {},
  response: { version: required(string) },
});

export const GetBrokerRuntimeInfo = defineCommand({
  code: RequestCode.GET_BROKER_RUNTIME_INFO,
  name: 'GET_BROKER_RUNTIME_INFO',
  access: 'admin',
  request: {},
  response: {},
});

export const GetSystemTopicListFromBroker = defineCommand({
  code: RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_BROKER,
  name: 'GET_SYSTEM_TOPIC_LIST_FROM_BROKER',
  access: 'admin',
  request: {},
  response: {},
});

export const ViewBrokerStatsData = defineCommand({
  code: RequestCode.VIEW_BROKER_STATS_DATA,
  name: 'VIEW_BROKER_STATS_DATA',
  access: 'admin',
  request: { statsName: required(string), statsKey: required(string) },
  response: {},
});

export const GetAllProducerInfo = defineCommand({
  code: RequestCode.GET_ALL_PRODUCER_INFO,
  name: 'GET_ALL_PRODUCER_INFO',
  access: 'admin',
  request: {},
  response: {},
});

export const CleanExpiredConsumequeue = defineCommand({
  code: RequestCode.CLEAN_EXPIRED_CONSUMEQUEUE,
  name: 'CLEAN_EXPIRED_CONSUMEQUEUE',
  access: 'admin',
  request: {},
  response: {},
});

export const CleanUnusedTopic = defineCommand({
  code: RequestCode.CLEAN_UNUSED_TOPIC,
  name: 'CLEAN_UNUSED_TOPIC',
  access: 'admin',
  request: {},
  response: {},
});

export const DeleteExpiredCommitlog = defineCommand({
  code: RequestCode.DELETE_EXPIRED_COMMITLOG,
  name: 'DELETE_EXPIRED_COMMITLOG',
  access: 'admin',
  request: {},
  response: {},
});

export const TriggerDeleteFiles = defineCommand({
  code: RequestCode.TRIGGER_DELETE_FILES,
  name: 'TRIGGER_DELETE_FILES',
  access: 'admin',
  request: {},
  response: {},
});

export const QueryBrokerOffset = defineCommand({
  code: RequestCode.QUERY_BROKER_OFFSET,
  name: 'QUERY_BROKER_OFFSET',
  access: 'admin',
  request: {},
  response: {},
});

export const CheckRocksdbCqWriteProgress = defineCommand({
  code: RequestCode.CHECK_ROCKSDB_CQ_WRITE_PROGRESS,
  name: 'CHECK_ROCKSDB_CQ_WRITE_PROGRESS',
  access: 'admin',
  request: { topic: required(string), checkStoreTime: optional(time) },
  response: {},
});

export const ExportRocksdbConfigToJson = defineCommand({
  code: RequestCode.EXPORT_ROCKSDB_CONFIG_TO_JSON,
  name: 'EXPORT_ROCKSDB_CONFIG_TO_JSON',
  access: 'admin',
  request: { configType: required(string) },
  response: {},
});

export const UpdateColdDataFlowCtrConfig = defineCommand({
  code: RequestCode.UPDATE_COLD_DATA_FLOW_CTR_CONFIG,
  name: 'UPDATE_COLD_DATA_FLOW_CTR_CONFIG',
  access: 'admin',
  request: {},
  response: {},
});

export const RemoveColdDataFlowCtrConfig = defineCommand({
  code: RequestCode.REMOVE_COLD_DATA_FLOW_CTR_CONFIG,
  name: 'REMOVE_COLD_DATA_FLOW_CTR_CONFIG',
  access: 'admin',
  request: {},
  response: {},
});

export const GetColdDataFlowCtrInfo = defineCommand({
  code: RequestCode.GET_COLD_DATA_FLOW_CTR_INFO,
  name: 'GET_COLD_DATA_FLOW_CTR_INFO',
  access: 'admin',
  request: {},
  response: {},
});

export const SetCommitlogReadMode = defineCommand({
  code: RequestCode.SET_COMMITLOG_READ_MODE,
  name: 'SET_COMMITLOG_READ_MODE',
  access: 'admin',
  request: { READ_AHEAD_MODE: optional(string) },
  response: {},
});

export const SwitchTimerEngine = defineCommand({
  code: RequestCode.SWITCH_TIMER_ENGINE,
  name: 'SWITCH_TIMER_ENGINE',
  access: 'admin',
  request: { E_T: required(string) },
  response: {},
});

export const AddBroker = defineCommand({
  code: RequestCode.ADD_BROKER,
  name: 'ADD_BROKER',
  access: 'admin',
  request: { configPath: optional(string) },
  response: {},
});

export const RemoveBroker = defineCommand({
  code: RequestCode.REMOVE_BROKER,
  name: 'REMOVE_BROKER',
  access: 'admin',
  request: { brokerName: required(string), brokerClusterName: required(string), brokerId: required(id) },
  response: {},
});
