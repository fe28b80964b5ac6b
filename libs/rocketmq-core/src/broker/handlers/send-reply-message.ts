import { messageOf } from '../../base/index.js';
import {
  formatHost,
  need,
  parseProperties,
  printProperties,
  PropertyName,
  PushReplyMessageToClient,
  ResponseCode,
  type SendReplyMessage,
} from '../../protocol/index.js';
import type { Handler, Peer, Reply, Request } from '../../remoting/index.js';
import type { Clock, Logger } from '../../runtime/index.js';
import type { AppendOutcome, MessageDraft } from '../../store/index.js';
import type { BrokerIdentity } from '../config/listen-address.js';
import { isAccepted } from '../sending/append-reply.js';
import type { SendHeader, SendTarget } from '../sending/send-target.js';
import type { StatsTable } from '../stats/stats-table.js';
import type { UnsavedTopics } from '../topics/unsaved-topics.js';

type ReplyRequest = Request<typeof SendReplyMessage>;

export interface SendReplyMessageOptions {
  readonly writer: { write(draft: MessageDraft): Promise<AppendOutcome> };
  readonly targetOf: (header: SendHeader) => SendTarget;
  /** The connection of a client that produces. */
  readonly producers: { connectionOf(clientId: string): Peer | undefined };
  readonly stats: Pick<StatsTable, 'countPut'>;
  readonly unsaved: Pick<UnsavedTopics, 'add' | 'pendingOf'>;
  readonly identity: () => BrokerIdentity;
  /** MSG_REGION and TRACE_ON. */
  readonly ext: ReadonlyMap<string, string>;
  /** Read at every use: it may change while the broker runs. */
  readonly settings: { readonly storeReplyMessageEnable: boolean };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** As Java: Broker2Client.callClient. */
const PUSH_TIMEOUT_MS = 10_000;
/** A client reads these three from every answer to a send, also when nothing was stored. */
const NOT_STORED = { msgId: '0', queueOffset: 0 };

/**
 * SEND_REPLY_MESSAGE and its V2: hands the reply to the client that waits for it, and keeps it in the reply topic of the cluster, whether the
 * client took it or not. The answer tells whether it did. As Java: ReplyMessageProcessor.
 */
export function sendReplyMessage(options: SendReplyMessageOptions): Handler<typeof SendReplyMessage> {
  const { targetOf, settings, ext } = options;
  return async (request) => {
    const { queueId, topic, created } = targetOf(request.header);
    if (created) options.unsaved.add(topic.topicName);
    const text = request.header.properties ?? '';
    const properties = parseProperties(text);
    const problem = await push(options, request, { queueId, properties });
    const draft = draftOf(request, { topic: topic.topicName, queueId, text, wait: properties.get(PropertyName.WAIT) });
    const stored = settings.storeReplyMessageEnable
      ? await store(options, { ...draft, storeHost: options.identity().storeHost })
      : undefined;
    const answer = problem === undefined ? { code: ResponseCode.SUCCESS } : { code: ResponseCode.SYSTEM_ERROR, remark: problem };
    return { ...answer, header: { ...NOT_STORED, ...stored, queueId }, ext } satisfies Reply<typeof SendReplyMessage>;
  };
}

/** @returns why the client does not have the reply */
async function push(
  options: SendReplyMessageOptions,
  request: ReplyRequest,
  { queueId, properties }: { readonly queueId: number; readonly properties: Map<string, string> },
): Promise<string | undefined> {
  const { producers, clock, logger, identity } = options;
  const clientId = properties.get(PropertyName.REPLY_TO_CLIENT);
  if (clientId === undefined) return `reply message properties[${PropertyName.REPLY_TO_CLIENT}] is null`;
  const peer = producers.connectionOf(clientId);
  if (peer === undefined) return `push reply message fail, channel of <${clientId}> not found.`;
  const storeTimestamp = clock.now();
  properties.set(PropertyName.PUSH_REPLY_TIME, String(storeTimestamp));
  const header = {
    ...pushed(request),
    queueId,
    properties: printProperties(properties),
    storeTimestamp,
    storeHost: formatHost(identity().storeHost),
  };
  try {
    // A copy: a requester that reads slowly may get the bytes after this request has been answered.
    const answer = await peer.invoke(PushReplyMessageToClient, header, { body: Buffer.from(bodyOf(request)), timeoutMs: PUSH_TIMEOUT_MS });
    if (answer.code === ResponseCode.SUCCESS) return undefined;
    logger.log('warn', 'a client refused a reply', { clientId, code: answer.code, remark: answer.remark });
  } catch (error) {
    logger.log('warn', 'a reply could not be handed over', { clientId, error: messageOf(error) });
  }
  return `push reply message to ${clientId}fail.`;
}

function pushed({ header, peer }: ReplyRequest) {
  return {
    producerGroup: need(header, 'producerGroup'),
    topic: need(header, 'topic'),
    defaultTopic: need(header, 'defaultTopic'),
    defaultTopicQueueNums: need(header, 'defaultTopicQueueNums'),
    sysFlag: need(header, 'sysFlag'),
    bornTimestamp: need(header, 'bornTimestamp'),
    flag: need(header, 'flag'),
    ...(header.reconsumeTimes !== undefined && { reconsumeTimes: header.reconsumeTimes }),
    ...(header.unitMode !== undefined && { unitMode: header.unitMode }),
    bornHost: formatHost(peer.remote),
  };
}

const bodyOf = ({ body }: ReplyRequest): Buffer => body ?? Buffer.alloc(0);

/** Bits of sysFlag that say how the body is compressed: nothing else of a sender's counts for a stored reply. */
const COMPRESSION_FLAGS = 0x701;

function draftOf(
  request: ReplyRequest,
  {
    topic,
    queueId,
    text,
    wait,
  }: { readonly topic: string; readonly queueId: number; readonly text: string; readonly wait?: string | undefined },
): Omit<MessageDraft, 'storeHost'> {
  const { header, peer } = request;
  return {
    topic,
    queueId,
    flag: header.flag ?? 0,
    sysFlag: (header.sysFlag ?? 0) & COMPRESSION_FLAGS,
    bornTimestamp: need(header, 'bornTimestamp'),
    bornHost: peer.remote,
    reconsumeTimes: header.reconsumeTimes ?? 0,
    preparedTransactionOffset: 0,
    body: bodyOf(request),
    properties: text,
    waitForStore: wait === undefined || wait.toLowerCase() === 'true',
  };
}

/** A reply that cannot be stored was still handed over: only the log tells. As Java: handlePutMessageResult. */
async function store({ writer, stats, unsaved, identity, logger }: SendReplyMessageOptions, draft: MessageDraft) {
  try {
    await unsaved.pendingOf(draft.topic);
  } catch (error) {
    logger.log('warn', 'a reply was not stored', { topic: draft.topic, reason: messageOf(error) });
    return undefined;
  }
  const outcome = await writer.write(draft);
  if (!isAccepted(outcome)) {
    logger.log('warn', 'a reply was not stored', { topic: draft.topic, reason: outcome.reason });
    return undefined;
  }
  stats.countPut(draft.topic, 1, draft.body.length);
  return { msgId: identity().messageId(outcome.physicalOffset), queueOffset: outcome.queueOffset };
}
