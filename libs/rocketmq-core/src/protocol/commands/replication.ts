import { boolean, defineCommand, id, int, offset, optional, required, string, time } from '../command.js';
import { RequestCode } from '../request-codes.js';

export const GetAllConsumerOffset = defineCommand({
  code: RequestCode.GET_ALL_CONSUMER_OFFSET,
  name: 'GET_ALL_CONSUMER_OFFSET',
  access: 'admin',
  request: {},
  response: {},
});

export const GetAllDelayOffset = defineCommand({
  code: RequestCode.GET_ALL_DELAY_OFFSET,
  name: 'GET_ALL_DELAY_OFFSET',
  access: 'admin',
  request: {},
  response: {},
});

export const GetTimerCheckPoint = defineCommand({
  code: RequestCode.GET_TIMER_CHECK_POINT,
  name: 'GET_TIMER_CHECK_POINT',
  access: 'admin',
  request: {},
  response: {},
});

export const GetTimerMetrics = defineCommand({
  code: RequestCode.GET_TIMER_METRICS,
  name: 'GET_TIMER_METRICS',
  access: 'admin',
  request: {},
  response: {},
});

export const GetAllMessageRequestMode = defineCommand({
  code: RequestCode.GET_ALL_MESSAGE_REQUEST_MODE,
  name: 'GET_ALL_MESSAGE_REQUEST_MODE',
  access: 'admin',
  request: {},
  response: {},
});

export const NotifyMinBrokerIdChange = defineCommand({
  code: RequestCode.NOTIFY_MIN_BROKER_ID_CHANGE,
  name: 'NOTIFY_MIN_BROKER_ID_CHANGE',
  access: 'any',
  request: {
    minBrokerId: optional(id),
    brokerName: optional(string),
    minBrokerAddr: optional(string),
    offlineBrokerAddr: optional(string),
    haBrokerAddr: optional(string),
  },
  response: {},
});

export const ExchangeBrokerHaInfo = defineCommand({
  code: RequestCode.EXCHANGE_BROKER_HA_INFO,
  name: 'EXCHANGE_BROKER_HA_INFO',
  access: 'admin',
  request: { masterHaAddress: optional(string), masterFlushOffset: optional(offset), masterAddress: optional(string) },
  response: { masterHaAddress: optional(string), masterFlushOffset: optional(offset), masterAddress: optional(string) },
});

export const GetBrokerHaStatus = defineCommand({
  code: RequestCode.GET_BROKER_HA_STATUS,
  name: 'GET_BROKER_HA_STATUS',
  access: 'admin',
  request: {},
  response: {},
});

export const ResetMasterFlushOffset = defineCommand({
  code: RequestCode.RESET_MASTER_FLUSH_OFFSET,
  name: 'RESET_MASTER_FLUSH_OFFSET',
  access: 'admin',
  request: { masterFlushOffset: required(offset) },
  response: {},
});

export const GetBrokerEpochCache = defineCommand({
  code: RequestCode.GET_BROKER_EPOCH_CACHE,
  name: 'GET_BROKER_EPOCH_CACHE',
  access: 'admin',
  request: {},
  response: {},
});

export const NotifyBrokerRoleChanged = defineCommand({
  code: RequestCode.NOTIFY_BROKER_ROLE_CHANGED,
  name: 'NOTIFY_BROKER_ROLE_CHANGED',
  access: 'any',
  request: { masterAddress: optional(string), masterEpoch: optional(int), syncStateSetEpoch: optional(int), masterBrokerId: optional(id) },
  response: {},
});

export const ControllerAlterSyncStateSet = defineCommand({
  code: RequestCode.CONTROLLER_ALTER_SYNC_STATE_SET,
  name: 'CONTROLLER_ALTER_SYNC_STATE_SET',
  access: 'admin',
  request: { brokerName: optional(string), masterBrokerId: optional(id), masterEpoch: optional(int), invokeTime: optional(time) },
  response: { newSyncStateSetEpoch: optional(int) },
});

export const ControllerElectMaster = defineCommand({
  code: RequestCode.CONTROLLER_ELECT_MASTER,
  name: 'CONTROLLER_ELECT_MASTER',
  access: 'admin',
  request: {
    clusterName: optional(string),
    brokerName: optional(string),
    brokerId: optional(id),
    designateElect: required(boolean),
    invokeTime: optional(time),
  },
  response: { masterBrokerId: optional(id), masterAddress: optional(string), masterEpoch: optional(int), syncStateSetEpoch: optional(int) },
});

export const ControllerRegisterBroker = defineCommand({
  code: RequestCode.CONTROLLER_REGISTER_BROKER,
  name: 'CONTROLLER_REGISTER_BROKER',
  access: 'admin',
  request: {
    clusterName: optional(string),
    brokerName: optional(string),
    brokerId: optional(id),
    brokerAddress: optional(string),
    invokeTime: optional(time),
  },
  response: {
    clusterName: optional(string),
    brokerName: optional(string),
    masterBrokerId: optional(id),
    masterAddress: optional(string),
    masterEpoch: optional(int),
    syncStateSetEpoch: optional(int),
  },
});

export const ControllerGetReplicaInfo = defineCommand({
  code: RequestCode.CONTROLLER_GET_REPLICA_INFO,
  name: 'CONTROLLER_GET_REPLICA_INFO',
  access: 'admin',
  request: { brokerName: optional(string) },
  response: { masterBrokerId: optional(id), masterAddress: optional(string), masterEpoch: optional(int) },
});

export const ControllerGetMetadataInfo = defineCommand({
  code: RequestCode.CONTROLLER_GET_METADATA_INFO,
  name: 'CONTROLLER_GET_METADATA_INFO',
  access: 'admin',
  request: {},
  response: {
    group: optional(string),
    controllerLeaderId: optional(string),
    controllerLeaderAddress: optional(string),
    isLeader: optional(boolean),
    peers: optional(string),
  },
});

export const ControllerGetSyncStateData = defineCommand({
  code: RequestCode.CONTROLLER_GET_SYNC_STATE_DATA,
  name: 'CONTROLLER_GET_SYNC_STATE_DATA',
  access: 'admin',
  request: {},
  response: {},
});

export const UpdateControllerConfig = defineCommand({
  code: RequestCode.UPDATE_CONTROLLER_CONFIG,
  name: 'UPDATE_CONTROLLER_CONFIG',
  access: 'admin',
  request: {},
  response: {},
});

export const GetControllerConfig = defineCommand({
  code: RequestCode.GET_CONTROLLER_CONFIG,
  name: 'GET_CONTROLLER_CONFIG',
  access: 'admin',
  request: {},
  response: {},
});

export const CleanBrokerData = defineCommand({
  code: RequestCode.CLEAN_BROKER_DATA,
  name: 'CLEAN_BROKER_DATA',
  access: 'admin',
  request: {
    clusterName: optional(string),
    brokerName: required(string),
    brokerControllerIdsToClean: optional(string),
    isCleanLivingBroker: optional(boolean),
    invokeTime: optional(time),
  },
  response: {},
});

export const ControllerGetNextBrokerId = defineCommand({
  code: RequestCode.CONTROLLER_GET_NEXT_BROKER_ID,
  name: 'CONTROLLER_GET_NEXT_BROKER_ID',
  access: 'admin',
  request: { clusterName: optional(string), brokerName: optional(string) },
  response: { clusterName: optional(string), brokerName: optional(string), nextBrokerId: optional(id) },
});

export const ControllerApplyBrokerId = defineCommand({
  code: RequestCode.CONTROLLER_APPLY_BROKER_ID,
  name: 'CONTROLLER_APPLY_BROKER_ID',
  access: 'admin',
  request: {
    clusterName: optional(string),
    brokerName: optional(string),
    appliedBrokerId: optional(id),
    registerCheckCode: optional(string),
  },
  response: { clusterName: optional(string), brokerName: optional(string) },
});
