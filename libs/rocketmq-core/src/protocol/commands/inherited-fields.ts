import { boolean, optional, string } from '../command.js';

// What Java's RpcRequestHeader and TopicRequestHeader add to the headers derived from them. They serve the static topics and the proxy.

export const rpcFields = {
  /** Namespace. */
  ns: optional(string),
  /** Whether the names are already wrapped in the namespace. */
  nsd: optional(boolean),
  /** Name of the broker that is meant. */
  bname: optional(string),
  oway: optional(boolean),
};

export const topicFields = {
  ...rpcFields,
  /** Whether the queue is a logical one. */
  lo: optional(boolean),
};
