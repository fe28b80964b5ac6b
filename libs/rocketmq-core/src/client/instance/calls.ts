import {
  CheckClientConfig,
  type Command,
  ConsumerSendMsgBack,
  decodeGetConsumerListByGroupResponseBody,
  decodeLockBatchResponseBody,
  encodeCheckClientRequestBody,
  encodeHeartbeatData,
  EndTransaction,
  encodeLockBatchRequestBody,
  encodeUnlockBatchRequestBody,
  GetConsumerListByGroup,
  GetMaxOffset,
  GetMinOffset,
  HeartBeat,
  type HeaderOf,
  type HeartbeatData,
  LitePullMessage,
  LockBatchMq,
  type MessageQueue,
  PullMessage,
  RecallMessage,
  QueryConsumerOffset,
  ResponseCode,
  SearchOffsetByTimestamp,
  SendBatchMessage,
  SendMessageV2,
  SendReplyMessageV2,
  type SubscriptionData,
  UnlockBatchMq,
  UnregisterClient,
  UpdateConsumerOffset,
} from '../../protocol/index.js';
import type { Answer, CallOptions, RemotingClient } from '../../remoting/index.js';
import { CallRefused } from '../errors.js';

export type Remoting = Pick<RemotingClient, 'invoke' | 'oneway'>;

export interface CallLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type SendHeader = HeaderOf<(typeof SendMessageV2)['request']>;
export type SendAnswer = Answer<typeof SendMessageV2>;
export type PullHeader = HeaderOf<(typeof PullMessage)['request']>;
export type LitePullHeader = HeaderOf<(typeof LitePullMessage)['request']>;
export type PullAnswer = Answer<typeof PullMessage>;

export interface GroupQueue {
  readonly group: string;
  readonly queue: MessageQueue;
}

/** Queues that a client of a group wants to lock, or to unlock. */
export interface QueueLocks {
  readonly group: string;
  readonly clientId: string;
  readonly queues: readonly MessageQueue[];
}

export interface ClientCheck {
  readonly clientId: string;
  readonly group: string;
  readonly subscription: SubscriptionData;
}

/** One function for each request of a client. `address` is `host:port`. */
export class BrokerCalls {
  constructor(
    private readonly remoting: Remoting,
    private readonly options: { readonly vipChannelEnabled: boolean } = { vipChannelEnabled: false },
  ) {}

  /** @throws CallRefused for every code but 0, OperationFailed */
  async ask<C extends Command>(address: string, command: C, header: HeaderOf<C['request']>, options: CallOptions): Promise<Answer<C>> {
    const answer = await this.remoting.invoke(address, command, header, options);
    if (answer.code !== ResponseCode.SUCCESS) throw new CallRefused(command.name, address, answer);
    return answer;
  }

  /** Codes are for the caller to read: some of them mean that the message is stored. */
  send(address: string, header: SendHeader, body: Buffer, limits: CallLimits): Promise<SendAnswer> {
    const command = header.batch === true ? SendBatchMessage : SendMessageV2;
    return this.remoting.invoke(this.sendAddress(address), command, header, callOptions(limits, body));
  }

  /** Codes are for the caller to read: any but 0 means that the requester does not have it. */
  sendReply(address: string, header: SendHeader, body: Buffer, limits: CallLimits): Promise<SendAnswer> {
    return this.remoting.invoke(this.sendAddress(address), SendReplyMessageV2, header, callOptions(limits, body));
  }

  /** Resolves when the socket has it. */
  sendOneway(address: string, header: SendHeader, body: Buffer): Promise<void> {
    return this.remoting.oneway(this.sendAddress(address), SendMessageV2, header, { body });
  }

  /** Resolves when the socket has it. */
  sendReplyOneway(address: string, header: SendHeader, body: Buffer): Promise<void> {
    return this.remoting.oneway(this.sendAddress(address), SendReplyMessageV2, header, { body });
  }

  /** @returns the id of the message */
  async recall(address: string, header: HeaderOf<(typeof RecallMessage)['request']>, limits: CallLimits): Promise<string> {
    const answer = await this.ask(this.sendAddress(address), RecallMessage, header, callOptions(limits));
    return answer.header.msgId ?? '';
  }

  /** Resolves when the socket has it. As Java: endTransactionOneway. */
  endTransaction(address: string, header: HeaderOf<(typeof EndTransaction)['request']>): Promise<void> {
    return this.remoting.oneway(address, EndTransaction, header);
  }

  /** Codes are for the caller to read. */
  pull(address: string, header: PullHeader, limits: CallLimits): Promise<PullAnswer> {
    return this.remoting.invoke(address, PullMessage, header, callOptions(limits));
  }

  /** Codes are for the caller to read. */
  litePull(address: string, header: LitePullHeader, limits: CallLimits): Promise<PullAnswer> {
    return this.remoting.invoke(address, LitePullMessage, header, callOptions(limits));
  }

  async minOffset(address: string, queue: MessageQueue, limits: CallLimits): Promise<number> {
    const answer = await this.ask(address, GetMinOffset, queueHeader(queue), callOptions(limits));
    return present(GetMinOffset, address, answer.header.offset);
  }

  async sendBack(address: string, header: HeaderOf<(typeof ConsumerSendMsgBack)['request']>, limits: CallLimits): Promise<void> {
    await this.ask(this.sendAddress(address), ConsumerSendMsgBack, header, callOptions(limits));
  }

  /** @returns the release of the broker, as an ordinal */
  async heartbeat(address: string, data: HeartbeatData, limits: CallLimits): Promise<number> {
    const { version } = await this.ask(address, HeartBeat, {}, callOptions(limits, encodeHeartbeatData(data)));
    return version;
  }

  /** @throws CallRefused when the broker cannot filter by the subscription: 23 when it cannot read it, 1 when it does not filter by its kind */
  async checkClientConfig(address: string, check: ClientCheck, limits: CallLimits): Promise<void> {
    const { clientId, group, subscription } = check;
    const body = encodeCheckClientRequestBody({ clientId, group, subscriptionData: subscription });
    await this.ask(address, CheckClientConfig, {}, callOptions(limits, body));
  }

  async unregister(address: string, header: HeaderOf<(typeof UnregisterClient)['request']>, limits: CallLimits): Promise<void> {
    await this.ask(address, UnregisterClient, header, callOptions(limits));
  }

  /** The client ids of a consumer group. */
  async consumerIds(address: string, group: string, limits: CallLimits): Promise<readonly string[]> {
    const { body } = await this.ask(address, GetConsumerListByGroup, { consumerGroup: group }, callOptions(limits));
    return body === undefined ? [] : decodeGetConsumerListByGroupResponseBody(body).consumerIdList;
  }

  /** @returns undefined when the broker knows no offset of the group; every other failure is an error */
  async consumerOffset(address: string, of: GroupQueue, limits: CallLimits): Promise<number | undefined> {
    const answer = await this.remoting.invoke(address, QueryConsumerOffset, offsetHeader(of), callOptions(limits));
    if (answer.code === ResponseCode.QUERY_NOT_FOUND) return undefined;
    if (answer.code !== ResponseCode.SUCCESS) throw new CallRefused(QueryConsumerOffset.name, address, answer);
    return present(QueryConsumerOffset, address, answer.header.offset);
  }

  async commitOffset(address: string, of: GroupQueue, commitOffset: number, limits: CallLimits): Promise<void> {
    await this.ask(address, UpdateConsumerOffset, { ...offsetHeader(of), commitOffset }, callOptions(limits));
  }

  /** Resolves when the socket has it. */
  commitOffsetOneway(address: string, of: GroupQueue, commitOffset: number): Promise<void> {
    return this.remoting.oneway(address, UpdateConsumerOffset, { ...offsetHeader(of), commitOffset });
  }

  async maxOffset(address: string, queue: MessageQueue, limits: CallLimits): Promise<number> {
    const answer = await this.ask(address, GetMaxOffset, queueHeader(queue), callOptions(limits));
    return present(GetMaxOffset, address, answer.header.offset);
  }

  /** The first offset that was stored at or after `timestamp` (milliseconds since the epoch). */
  async searchOffset(address: string, queue: MessageQueue, timestamp: number, limits: CallLimits): Promise<number> {
    const answer = await this.ask(address, SearchOffsetByTimestamp, { ...queueHeader(queue), timestamp }, callOptions(limits));
    return present(SearchOffsetByTimestamp, address, answer.header.offset);
  }

  /** @returns the queues that the client has locked now */
  async lockQueues(address: string, locks: QueueLocks, limits: CallLimits): Promise<readonly MessageQueue[]> {
    const { body } = await this.ask(address, LockBatchMq, {}, callOptions(limits, encodeLockBatchRequestBody(lockBody(locks))));
    return decodeLockBatchResponseBody(body).lockOKMQSet;
  }

  async unlockQueues(address: string, locks: QueueLocks, limits: CallLimits): Promise<void> {
    await this.ask(address, UnlockBatchMq, {}, callOptions(limits, encodeUnlockBatchRequestBody(lockBody(locks))));
  }

  // As Java: MixAll.brokerVIPChannel.
  private sendAddress(address: string): string {
    if (!this.options.vipChannelEnabled) return address;
    const colonAt = address.lastIndexOf(':');
    return `${address.slice(0, colonAt)}:${Number(address.slice(colonAt + 1)) - 2}`;
  }
}

function callOptions(limits: CallLimits, body?: Buffer): CallOptions {
  return { timeoutMs: limits.timeoutMs, signal: limits.signal, body };
}

export const queueHeader = ({ topic, queueId, brokerName }: MessageQueue) => ({ topic, queueId, bname: brokerName });

const lockBody = ({ group, clientId, queues }: QueueLocks) => ({
  consumerGroup: group,
  clientId,
  mqSet: [...queues],
  onlyThisBroker: false,
});

const offsetHeader = ({ group, queue }: GroupQueue) => ({ consumerGroup: group, ...queueHeader(queue) });

/** @throws CallRefused when the answer lacks what it is for */
export function present<T>(command: Command, address: string, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new CallRefused(command.name, address, { code: ResponseCode.SYSTEM_ERROR, remark: 'the answer is not complete' });
}
