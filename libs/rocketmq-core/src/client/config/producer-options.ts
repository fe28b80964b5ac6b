import type { CompressionType } from '../../protocol/index.js';
import { AUTO_CREATE_TOPIC, newGroupProblem, ResponseCode } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import { duration, ranged } from './ranges.js';

/** Settings of a producer. Defaults as Java: DefaultMQProducer, where the names are the same. */
export interface ProducerOptions {
  /** Producer group: 1 to 120 characters of `%|a-zA-Z0-9_-`. */
  readonly group: string;
  /** For a send with all its attempts, ms; default 3000. */
  readonly sendMsgTimeoutMs?: number;
  /** For one attempt while others are left, ms; default: all that is left of the send's time. */
  readonly sendMsgMaxTimeoutPerRequestMs?: number;
  /** Attempts after the first one, 0 to 100; default 2. */
  readonly retryTimesWhenSendFailed?: number;
  /** Response codes after which another broker is tried; default 1, 2, 14, 16, 17, 204, 205, 1500. */
  readonly retryResponseCodes?: readonly number[];
  /** Whether a message that one broker stored without the wanted flush or replica is sent to another one, too; default false. */
  readonly retryAnotherBrokerWhenNotStoreOK?: boolean;
  /** Bodies from this size on are compressed, bytes; default 4096. */
  readonly compressMsgBodyOverHowmuch?: number;
  /** Default `zlib`: the only one that 4.x consumers read. */
  readonly compressType?: CompressionType;
  /** 0 to 9; default 5. */
  readonly compressLevel?: number;
  /** Largest body and largest part of a batch, bytes, 1 to 16 MiB; default 4 MiB. */
  readonly maxMessageSize?: number;
  /** Whether a send to an unknown topic asks the broker to create it; default true. */
  readonly autoCreateTopic?: boolean;
  /** Topic whose settings an automatically created one inherits; default TBW102. */
  readonly createTopicKey?: string;
  /** Queues of a topic that a send creates, 1 to 65535; default 4. */
  readonly defaultTopicQueueNums?: number;
  /** Whether slow and failing brokers are left out for a while; default false. Not for ordered messages. */
  readonly sendLatencyFaultEnable?: boolean;
  /** Sends that may be under way at once; further ones wait. 10 to 1000000, default 10000. */
  readonly inFlightMax?: number;
  /** Bytes of bodies that may be under way at once; further ones wait. At least 1 MiB, default 100 MiB. */
  readonly inFlightBytesMax?: number;
  /** Requests that may wait for their replies at once; further ones are refused. 1 to 1000000, default 10000. */
  readonly waitingRequestsMax?: number;
}

export interface ProducerSettings extends Readonly<
  Required<Omit<ProducerOptions, 'sendMsgMaxTimeoutPerRequestMs' | 'retryResponseCodes'>>
> {
  readonly sendMsgMaxTimeoutPerRequestMs: number | undefined;
  readonly retryResponseCodes: ReadonlySet<number>;
}

const KIB = 1024;
const MIB = KIB * KIB;

// As Java: DefaultMQProducer.retryResponseCodes.
const retriedCodes: readonly number[] = [
  ResponseCode.TOPIC_NOT_EXIST,
  ResponseCode.SERVICE_NOT_AVAILABLE,
  ResponseCode.SYSTEM_ERROR,
  ResponseCode.SYSTEM_BUSY,
  ResponseCode.NO_PERMISSION,
  ResponseCode.NO_BUYER_ID,
  ResponseCode.NOT_IN_CURRENT_UNIT,
  ResponseCode.GO_AWAY,
];

/** @throws InvalidInput */
export function resolveProducerOptions(options: ProducerOptions): ProducerSettings {
  const problem = newGroupProblem(options.group);
  if (problem !== undefined) throw new InvalidInput('group', problem);
  return {
    group: options.group,
    sendMsgTimeoutMs: duration('sendMsgTimeoutMs', options.sendMsgTimeoutMs, 3000),
    ...retrySettings(options),
    ...bodySettings(options),
    autoCreateTopic: options.autoCreateTopic ?? true,
    createTopicKey: options.createTopicKey ?? AUTO_CREATE_TOPIC,
    defaultTopicQueueNums: ranged('defaultTopicQueueNums', options.defaultTopicQueueNums, 4, [1, 65535]),
    sendLatencyFaultEnable: options.sendLatencyFaultEnable ?? false,
    inFlightMax: ranged('inFlightMax', options.inFlightMax, 10_000, [10, 1_000_000]),
    waitingRequestsMax: ranged('waitingRequestsMax', options.waitingRequestsMax, 10_000, [1, 1_000_000]),
    inFlightBytesMax: ranged('inFlightBytesMax', options.inFlightBytesMax, 100 * MIB, [MIB, Number.MAX_SAFE_INTEGER]),
  };
}

function retrySettings(options: ProducerOptions) {
  const perRequest = options.sendMsgMaxTimeoutPerRequestMs;
  return {
    sendMsgMaxTimeoutPerRequestMs: perRequest === undefined ? undefined : duration('sendMsgMaxTimeoutPerRequestMs', perRequest, perRequest),
    retryTimesWhenSendFailed: ranged('retryTimesWhenSendFailed', options.retryTimesWhenSendFailed, 2, [0, 100]),
    retryResponseCodes: new Set(options.retryResponseCodes ?? retriedCodes),
    retryAnotherBrokerWhenNotStoreOK: options.retryAnotherBrokerWhenNotStoreOK ?? false,
  };
}

function bodySettings(options: ProducerOptions) {
  return {
    compressMsgBodyOverHowmuch: ranged('compressMsgBodyOverHowmuch', options.compressMsgBodyOverHowmuch, 4 * KIB, [1, 0x7fffffff]),
    compressType: options.compressType ?? 'zlib',
    compressLevel: ranged('compressLevel', options.compressLevel, 5, [0, 9]),
    maxMessageSize: ranged('maxMessageSize', options.maxMessageSize, 4 * MIB, [1, 16 * MIB]),
  } as const;
}
