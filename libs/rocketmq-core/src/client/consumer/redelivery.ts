import { messageOf } from '../../base/index.js';
import { formatHost, type MessageExt, type MessageQueue, PropertyName, retryTopic } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteTable } from '../instance/route-table.js';
import { rawPayload, type CompressionSettings } from '../producer/outgoing.js';
import type { Sender } from '../producer/sender.js';
import { messageIdOf, originalTopic, plainBody } from './received-message.js';

export interface RedeliveryParts {
  readonly group: string;
  readonly maxReconsumeTimes: number;
  readonly calls: Pick<BrokerCalls, 'sendBack'>;
  readonly table: Pick<RouteTable, 'masterAddress'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly compression: CompressionSettings;
  readonly logger: Logger;
}

export interface FailedMessage {
  readonly message: MessageExt;
  readonly queue: MessageQueue;
  /** Deliveries of this process that failed and that the broker does not know of, this one left out. */
  readonly localFailures: number;
  /** 0: the broker decides. */
  readonly delayLevel: number;
}

/** As Java: DefaultMQPushConsumerImpl.sendMessageBack. */
const CALL_TIMEOUT_MS = 5000;
/** Level of the first retry: 10 s. */
const FIRST_RETRY_LEVEL = 3;

/** Gives a message that failed back to the brokers, which deliver it again later. */
export class Redelivery {
  constructor(private readonly parts: RedeliveryParts) {}

  /** @returns whether a broker has confirmed that it keeps the message: only then may the offset pass it */
  async handBack(failed: FailedMessage): Promise<boolean> {
    const { logger } = this.parts;
    const about = { messageId: messageIdOf(failed.message), topic: failed.message.topic };
    try {
      await this.sendBack(failed);
      return true;
    } catch (error) {
      logger.log('warn', 'the broker did not take a failed message back, it is sent to the retry topic', {
        ...about,
        error: messageOf(error),
      });
    }
    try {
      await this.sendToRetryTopic(failed);
      return true;
    } catch (error) {
      logger.log('error', 'a failed message could not be handed back', { ...about, error: messageOf(error) });
      return false;
    }
  }

  private async sendBack({ message, queue, delayLevel }: FailedMessage): Promise<void> {
    const { group, maxReconsumeTimes, calls, table } = this.parts;
    const address = table.masterAddress(queue.brokerName) ?? formatHost(message.storeHost);
    const header = {
      offset: message.physicalOffset,
      group,
      delayLevel,
      originMsgId: messageIdOf(message),
      originTopic: originalTopic(message),
      unitMode: false,
      maxReconsumeTimes,
      bname: queue.brokerName,
    };
    await calls.sendBack(address, header, { timeoutMs: CALL_TIMEOUT_MS });
  }

  // As Java: sendMessageBackAsNormalMessage, with the origin id that 5.3.3 loses.
  private async sendToRetryTopic({ message, localFailures, delayLevel }: FailedMessage): Promise<void> {
    const { group, maxReconsumeTimes, sender, compression } = this.parts;
    const messageId = messageIdOf(message);
    const failures = message.reconsumeTimes + localFailures;
    const properties = new Map(message.properties);
    properties.delete(PropertyName.TRAN_MSG);
    properties.set(PropertyName.UNIQ_KEY, messageId);
    properties.set(PropertyName.ORIGIN_MESSAGE_ID, message.properties.get(PropertyName.ORIGIN_MESSAGE_ID) ?? messageId);
    properties.set(PropertyName.RETRY_TOPIC, originalTopic(message));
    properties.set(PropertyName.DELAY, String(delayLevel > 0 ? delayLevel : FIRST_RETRY_LEVEL + failures));
    const raw = { topic: retryTopic(group), body: plainBody(message), flag: message.flag, properties };
    const payload = rawPayload({ ...raw, reconsumeTimes: failures + 1, maxReconsumeTimes }, compression);
    await sender.send(payload, 'any', { timeoutMs: CALL_TIMEOUT_MS });
  }
}
