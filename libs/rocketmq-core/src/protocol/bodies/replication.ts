import { boolean, int, list, long, map, offset, string } from './body-kinds.js';
import { always, bodyOf, defineBody, maybe, type BodyOf } from './define-body.js';
import { BrokerMemberGroup } from './routes.js';

const HAConnectionRuntimeInfo = defineBody('HAConnectionRuntimeInfo', {
  addr: maybe(string),
  diff: always(long, 0),
  inSync: always(boolean, false),
  slaveAckOffset: always(offset, 0),
  transferFromWhere: always(offset, 0),
  transferredByteInSecond: always(long, 0),
});
const HAClientRuntimeInfo = defineBody('HAClientRuntimeInfo', {
  lastReadTimestamp: always(long, 0),
  lastWriteTimestamp: always(long, 0),
  masterAddr: maybe(string),
  masterFlushOffset: always(offset, 0),
  maxOffset: always(offset, 0),
  transferredByteInSecond: always(long, 0),
});
const idleClient = { lastReadTimestamp: 0, lastWriteTimestamp: 0, masterFlushOffset: 0, maxOffset: 0, transferredByteInSecond: 0 };

export const HARuntimeInfo = defineBody('HARuntimeInfo', {
  haClientRuntimeInfo: always(HAClientRuntimeInfo.kind, idleClient),
  haConnectionInfo: always(list(HAConnectionRuntimeInfo.kind), []),
  inSyncSlaveNums: always(int, 0),
  master: always(boolean, false),
  masterCommitLogMaxOffset: always(offset, 0),
});
export type HARuntimeInfo = BodyOf<typeof HARuntimeInfo>;
export const { encode: encodeHARuntimeInfo, decode: decodeHARuntimeInfo } = HARuntimeInfo;

export const SyncStateSet = defineBody('SyncStateSet', {
  /** Broker ids. */
  syncStateSet: always(list(long), []),
  syncStateSetEpoch: always(int, 0),
});
export type SyncStateSet = BodyOf<typeof SyncStateSet>;
export const { encode: encodeSyncStateSet, decode: decodeSyncStateSet } = SyncStateSet;

const ReplicaIdentity = defineBody('ReplicaIdentity', {
  alive: maybe(boolean),
  brokerAddress: always(string, ''),
  brokerId: always(long, 0),
  brokerName: always(string, ''),
});
const ReplicasInfo = defineBody('ReplicasInfo', {
  inSyncReplicas: always(list(ReplicaIdentity.kind), []),
  masterAddress: maybe(string),
  masterBrokerId: maybe(long),
  masterEpoch: always(int, 0),
  notInSyncReplicas: always(list(ReplicaIdentity.kind), []),
  syncStateSetEpoch: always(int, 0),
});
export const BrokerReplicasInfo = defineBody('BrokerReplicasInfo', {
  /** By broker name. */
  replicasInfoTable: always(map(ReplicasInfo.kind), new Map()),
});
export type BrokerReplicasInfo = BodyOf<typeof BrokerReplicasInfo>;
export const { encode: encodeBrokerReplicasInfo, decode: decodeBrokerReplicasInfo } = BrokerReplicasInfo;

export const ElectMasterResponseBody = defineBody('ElectMasterResponseBody', {
  brokerMemberGroup: maybe(BrokerMemberGroup.kind),
  syncStateSet: always(list(long), []),
});
export type ElectMasterResponseBody = BodyOf<typeof ElectMasterResponseBody>;
export const { encode: encodeElectMasterResponseBody, decode: decodeElectMasterResponseBody } = ElectMasterResponseBody;

export const EpochEntry = defineBody('EpochEntry', {
  endOffset: always(offset, 0),
  epoch: always(int, 0),
  startOffset: always(offset, 0),
});
export type EpochEntry = BodyOf<typeof EpochEntry>;

export const EpochEntryCache = defineBody('EpochEntryCache', {
  brokerId: always(long, 0),
  brokerName: maybe(string),
  clusterName: maybe(string),
  epochList: always(list(EpochEntry.kind), []),
  maxOffset: always(offset, 0),
});
export type EpochEntryCache = BodyOf<typeof EpochEntryCache>;
export const { encode: encodeEpochEntryCache, decode: decodeEpochEntryCache } = EpochEntryCache;

export const BrokerSyncInfo = defineBody('BrokerSyncInfo', {
  masterAddress: maybe(string),
  masterFlushOffset: always(offset, 0),
  masterHaAddress: maybe(string),
});
export type BrokerSyncInfo = BodyOf<typeof BrokerSyncInfo>;

/** Request body of CONTROLLER_GET_SYNC_STATE_DATA. */
export const BrokerNameList = bodyOf('BrokerNameList', list(string));
export const { encode: encodeBrokerNameList, decode: decodeBrokerNameList } = BrokerNameList;
