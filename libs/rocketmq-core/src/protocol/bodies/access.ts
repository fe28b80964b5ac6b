import { list, string } from './body-kinds.js';
import { bodyOf, defineBody, maybe, type BodyOf } from './define-body.js';

export const UserInfo = defineBody('UserInfo', {
  password: maybe(string),
  userStatus: maybe(string),
  userType: maybe(string),
  username: maybe(string),
});
export type UserInfo = BodyOf<typeof UserInfo>;
export const { encode: encodeUserInfo, decode: decodeUserInfo } = UserInfo;
export const UserList = bodyOf('UserList', list(UserInfo.kind));
export const { encode: encodeUserList, decode: decodeUserList } = UserList;

const PolicyEntryInfo = defineBody('PolicyEntryInfo', {
  actions: maybe(list(string)),
  decision: maybe(string),
  resource: maybe(string),
  sourceIps: maybe(list(string)),
});
const PolicyInfo = defineBody('PolicyInfo', {
  entries: maybe(list(PolicyEntryInfo.kind)),
  policyType: maybe(string),
});
export const AclInfo = defineBody('AclInfo', {
  policies: maybe(list(PolicyInfo.kind)),
  subject: maybe(string),
});
export type AclInfo = BodyOf<typeof AclInfo>;
export const { encode: encodeAclInfo, decode: decodeAclInfo } = AclInfo;
export const AclList = bodyOf('AclList', list(AclInfo.kind));
export const { encode: encodeAclList, decode: decodeAclList } = AclList;
