import { defineCommand, optional, string } from '../command.js';
import { RequestCode } from '../request-codes.js';

export const AuthCreateUser = defineCommand({
  code: RequestCode.AUTH_CREATE_USER,
  name: 'AUTH_CREATE_USER',
  access: 'admin',
  request: { username: optional(string) },
  response: {},
});

export const AuthUpdateUser = defineCommand({
  code: RequestCode.AUTH_UPDATE_USER,
  name: 'AUTH_UPDATE_USER',
  access: 'admin',
  request: { username: optional(string) },
  response: {},
});

export const AuthDeleteUser = defineCommand({
  code: RequestCode.AUTH_DELETE_USER,
  name: 'AUTH_DELETE_USER',
  access: 'admin',
  request: { username: optional(string) },
  response: {},
});

export const AuthGetUser = defineCommand({
  code: RequestCode.AUTH_GET_USER,
  name: 'AUTH_GET_USER',
  access: 'admin',
  request: { username: optional(string) },
  response: {},
});

export const AuthListUser = defineCommand({
  code: RequestCode.AUTH_LIST_USER,
  name: 'AUTH_LIST_USER',
  access: 'admin',
  request: { filter: optional(string) },
  response: {},
});

export const AuthCreateAcl = defineCommand({
  code: RequestCode.AUTH_CREATE_ACL,
  name: 'AUTH_CREATE_ACL',
  access: 'admin',
  request: { subject: optional(string) },
  response: {},
});

export const AuthUpdateAcl = defineCommand({
  code: RequestCode.AUTH_UPDATE_ACL,
  name: 'AUTH_UPDATE_ACL',
  access: 'admin',
  request: { subject: optional(string) },
  response: {},
});

export const AuthDeleteAcl = defineCommand({
  code: RequestCode.AUTH_DELETE_ACL,
  name: 'AUTH_DELETE_ACL',
  access: 'admin',
  request: { subject: optional(string), policyType: optional(string), resource: optional(string) },
  response: {},
});

export const AuthGetAcl = defineCommand({
  code: RequestCode.AUTH_GET_ACL,
  name: 'AUTH_GET_ACL',
  access: 'admin',
  request: { subject: optional(string) },
  response: {},
});

export const AuthListAcl = defineCommand({
  code: RequestCode.AUTH_LIST_ACL,
  name: 'AUTH_LIST_ACL',
  access: 'admin',
  request: { subjectFilter: optional(string), resourceFilter: optional(string) },
  response: {},
});
