import { RequestRejected } from '../../base/index.js';
import {
  decodeRecallHandle,
  need,
  printProperties,
  PropertyName,
  ResponseCode,
  type HostAddress,
  type RecallHandle,
  type RecallMessage,
} from '../../protocol/index.js';
import type { Handler, Request } from '../../remoting/index.js';
import type { Clock } from '../../runtime/index.js';
import type { MessageDraft } from '../../store/index.js';
import type { BrokerIdentity } from '../config/listen-address.js';
import { isAccepted } from '../sending/append-reply.js';
import type { StatsTable } from '../stats/stats-table.js';
import { isWriteable } from '../topics/permission.js';
import type { TopicTable } from '../topics/topic-table.js';
import type { MessageWriter } from '../writing/message-writer.js';

export interface RecallMessageOptions {
  readonly writer: Pick<MessageWriter, 'write'>;
  readonly topics: Pick<TopicTable, 'find'>;
  readonly stats: Pick<StatsTable, 'countPut'>;
  readonly identity: () => BrokerIdentity;
  readonly clock: Clock;
  readonly settings: {
    readonly recallMessageEnable: boolean;
    readonly allowRecallWhenBrokerNotWriteable: boolean;
    readonly brokerPermission: number;
    readonly startAcceptSendRequestTimeStamp: number;
    readonly timerMaxDelaySec: number;
    readonly appendTopicForTimerDeleteKey: boolean;
    readonly regionId: string;
  };
}

/** The recall is a message itself; nobody sees this body and this tag. As Java: RecallMessageProcessor.buildMessage. */
const RECALL_BODY = Buffer.from('0');
const RECALL_TAG = '_RECALL_TAG_';

function refuse(code: number, why: string): never {
  throw new RequestRejected(code, `recall failed, ${why}`);
}

/** RECALL_MESSAGE. As Java: RecallMessageProcessor. */
export function recallMessage(options: RecallMessageOptions): Handler<typeof RecallMessage> {
  const { writer, stats, settings } = options;
  const ext = new Map([[PropertyName.MSG_REGION, settings.regionId]]);
  return async (request) => {
    checkBroker(options);
    const handle = checkedHandle(request, options);
    const draft = recallDraft(handle, { group: request.header.producerGroup ?? '', bornHost: request.peer.remote }, options);
    const outcome = await writer.write(draft);
    if (!isAccepted(outcome)) refuse(ResponseCode.SYSTEM_ERROR, 'execute error');
    stats.countPut(draft.topic, 1, draft.body.length);
    return { code: ResponseCode.SUCCESS, header: { msgId: handle.messageId }, ext };
  };
}

function checkBroker({ settings, clock }: RecallMessageOptions): void {
  if (!settings.recallMessageEnable) refuse(ResponseCode.NO_PERMISSION, 'operation is forbidden');
  const isTooEarly = clock.now() < settings.startAcceptSendRequestTimeStamp;
  const isShut = !isWriteable(settings.brokerPermission) && !settings.allowRecallWhenBrokerNotWriteable;
  if (isTooEarly || isShut) refuse(ResponseCode.SERVICE_NOT_AVAILABLE, 'broker service not available');
}

function checkedHandle({ header }: Request<typeof RecallMessage>, options: RecallMessageOptions): RecallHandle {
  const { topics, identity, clock, settings } = options;
  const topic = need(header, 'topic');
  if (topics.find(topic) === undefined) refuse(ResponseCode.TOPIC_NOT_EXIST, `the topic[${topic}] not exist`);
  const handle = decodeRecallHandle(need(header, 'recallHandle'));
  if (handle === undefined) throw new RequestRejected(ResponseCode.ILLEGAL_OPERATION, 'recall handle is invalid');
  if (handle.topic !== topic) refuse(ResponseCode.ILLEGAL_OPERATION, 'topic not match');
  if (handle.brokerName !== identity().brokerName) refuse(ResponseCode.ILLEGAL_OPERATION, 'broker service not available');
  const leftMs = /^\d{1,15}$/.test(handle.time) ? Number(handle.time) - clock.now() : 0;
  if (leftMs <= 0 || leftMs >= settings.timerMaxDelaySec * 1000) refuse(ResponseCode.ILLEGAL_OPERATION, 'timestamp invalid');
  return handle;
}

function recallDraft(
  { topic, messageId, time }: RecallHandle,
  sender: { readonly group: string; readonly bornHost: HostAddress },
  { clock, identity, settings }: RecallMessageOptions,
): MessageDraft {
  const nowMs = clock.now();
  const properties = new Map<string, string>([
    [PropertyName.TAGS, RECALL_TAG],
    [PropertyName.TIMER_DEL_UNIQKEY, settings.appendTopicForTimerDeleteKey ? `${topic}+${messageId}` : messageId],
    [PropertyName.UNIQ_KEY, messageId],
    [PropertyName.TIMER_DELIVER_MS, time],
    [PropertyName.BORN_TIMESTAMP, String(nowMs)],
  ]);
  if (sender.group !== '') properties.set(PropertyName.PGROUP, sender.group);
  return {
    ...{ topic, queueId: 0, flag: 0, sysFlag: 0, bornTimestamp: nowMs, bornHost: sender.bornHost, storeHost: identity().storeHost },
    ...{ reconsumeTimes: 0, preparedTransactionOffset: 0, body: RECALL_BODY, properties: printProperties(properties), waitForStore: true },
  };
}
