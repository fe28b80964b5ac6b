import * as protocol from '../../protocol/index.js';
import { route } from '../../remoting/index.js';
import type { BrokerRoute } from './broker-route.js';

/** What is missing (`… is`, `… are`), and why. */
interface Lack {
  readonly what: string;
  readonly why: string;
}

const POP: Lack = { what: 'pop consumption is', why: 'consumers pull' };
const ASSIGNMENT: Lack = {
  what: 'assignment of queues by the broker is',
  why: 'it belongs to pop consumption; consumers share queues among themselves',
};
const LITE: Lack = { what: 'lite topics are', why: 'they rest on pop consumption' };
const REPLICATION: Lack = { what: 'replication is', why: 'a broker is a master by itself' };
const ACCESS: Lack = { what: 'access control is', why: 'nobody logs in' };
const COLD_DATA: Lack = { what: 'control of cold data is', why: 'reading old messages is not slowed down' };
const ROCKSDB: Lack = { what: 'RocksDB is', why: 'queues, tables and timers are files' };
const STATIC: Lack = { what: 'static topics are', why: 'a queue belongs to one broker' };
const LISTS: Lack = { what: 'deleting by list is', why: '5.5.0 refuses it, too' };

function unsupported<C extends protocol.Command>(command: C, { what, why }: Lack): BrokerRoute {
  const remark = `${command.name}: ${what} not supported by this broker`;
  const answer = () => ({ code: protocol.ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark });
  return { ...route(command, answer, 'admin'), unsupported: `${what} missing: ${why}` };
}

/** Requests that later releases will serve, and some that none will. */
export function notYet() {
  const { CheckRocksdbCqWriteProgress, ExportRocksdbConfigToJson, SetCommitlogReadMode } = protocol;
  return {
    UpdateAndCreateStaticTopic: unsupported(protocol.UpdateAndCreateStaticTopic, STATIC),
    DeleteTopicInBrokerList: unsupported(protocol.DeleteTopicInBrokerList, LISTS),
    DeleteSubscriptionGroupList: unsupported(protocol.DeleteSubscriptionGroupList, LISTS),
    CheckRocksdbCqWriteProgress: unsupported(CheckRocksdbCqWriteProgress, ROCKSDB),
    ExportRocksdbConfigToJson: unsupported(ExportRocksdbConfigToJson, ROCKSDB),
    UpdateColdDataFlowCtrConfig: unsupported(protocol.UpdateColdDataFlowCtrConfig, COLD_DATA),
    RemoveColdDataFlowCtrConfig: unsupported(protocol.RemoveColdDataFlowCtrConfig, COLD_DATA),
    GetColdDataFlowCtrInfo: unsupported(protocol.GetColdDataFlowCtrInfo, COLD_DATA),
    SetCommitlogReadMode: unsupported(SetCommitlogReadMode, COLD_DATA),
    SwitchTimerEngine: unsupported(protocol.SwitchTimerEngine, ROCKSDB),
  };
}

export function popNotYet() {
  return {
    PopMessage: unsupported(protocol.PopMessage, POP),
    AckMessage: unsupported(protocol.AckMessage, POP),
    BatchAckMessage: unsupported(protocol.BatchAckMessage, POP),
    PeekMessage: unsupported(protocol.PeekMessage, POP),
    ChangeMessageInvisibletime: unsupported(protocol.ChangeMessageInvisibletime, POP),
    Notification: unsupported(protocol.Notification, POP),
    PollingInfo: unsupported(protocol.PollingInfo, POP),
    PopRollback: unsupported(protocol.PopRollback, POP),
    QueryAssignment: unsupported(protocol.QueryAssignment, ASSIGNMENT),
    SetMessageRequestMode: unsupported(protocol.SetMessageRequestMode, ASSIGNMENT),
    PopLiteMessage: unsupported(protocol.PopLiteMessage, LITE),
    LiteSubscriptionCtl: unsupported(protocol.LiteSubscriptionCtl, LITE),
    GetBrokerLiteInfo: unsupported(protocol.GetBrokerLiteInfo, LITE),
    GetParentTopicInfo: unsupported(protocol.GetParentTopicInfo, LITE),
    GetLiteTopicInfo: unsupported(protocol.GetLiteTopicInfo, LITE),
    GetLiteClientInfo: unsupported(protocol.GetLiteClientInfo, LITE),
    GetLiteGroupInfo: unsupported(protocol.GetLiteGroupInfo, LITE),
    TriggerLiteDispatch: unsupported(protocol.TriggerLiteDispatch, LITE),
  };
}

export function replicationNotYet() {
  return {
    GetAllMessageRequestMode: unsupported(protocol.GetAllMessageRequestMode, REPLICATION),
    NotifyMinBrokerIdChange: unsupported(protocol.NotifyMinBrokerIdChange, REPLICATION),
    ExchangeBrokerHaInfo: unsupported(protocol.ExchangeBrokerHaInfo, REPLICATION),
    GetBrokerHaStatus: unsupported(protocol.GetBrokerHaStatus, REPLICATION),
    ResetMasterFlushOffset: unsupported(protocol.ResetMasterFlushOffset, REPLICATION),
    GetBrokerEpochCache: unsupported(protocol.GetBrokerEpochCache, REPLICATION),
    NotifyBrokerRoleChanged: unsupported(protocol.NotifyBrokerRoleChanged, REPLICATION),
  };
}

export function accessNotYet() {
  return {
    AuthCreateUser: unsupported(protocol.AuthCreateUser, ACCESS),
    AuthUpdateUser: unsupported(protocol.AuthUpdateUser, ACCESS),
    AuthDeleteUser: unsupported(protocol.AuthDeleteUser, ACCESS),
    AuthGetUser: unsupported(protocol.AuthGetUser, ACCESS),
    AuthListUser: unsupported(protocol.AuthListUser, ACCESS),
    AuthCreateAcl: unsupported(protocol.AuthCreateAcl, ACCESS),
    AuthUpdateAcl: unsupported(protocol.AuthUpdateAcl, ACCESS),
    AuthDeleteAcl: unsupported(protocol.AuthDeleteAcl, ACCESS),
    AuthGetAcl: unsupported(protocol.AuthGetAcl, ACCESS),
    AuthListAcl: unsupported(protocol.AuthListAcl, ACCESS),
  };
}
