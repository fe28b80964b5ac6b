export { assert, AssertionFailed, unreachable } from './assert.js';
export { ByteReader, ByteWriter, OutOfBytes } from './bytes.js';
export {
  bool,
  choice,
  defaultsOf,
  int,
  parseSettings,
  printSettings,
  text,
  type ParsedSettings,
  type SettingTable,
  type SettingsOf,
} from './config-schema.js';
export { crc32 } from './crc32.js';
export { deferred, type Deferred } from './deferred.js';
export {
  Corruption,
  isCorruption,
  isOperationFailed,
  isProtocolViolation,
  isRequestRejected,
  messageOf,
  OperationFailed,
  ProtocolViolation,
  RequestRejected,
  type OperationReason,
} from './errors.js';
export { readInt64, SAFE_MAX, SAFE_MIN, saturate, writeInt32, writeInt64 } from './int64.js';
