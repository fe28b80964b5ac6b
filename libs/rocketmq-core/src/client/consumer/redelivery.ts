import { isOperationFailed, messageOf } from '../../base/index.js';
import {
  formatHost,
  type MessageExt,
  type MessageQueue,
  printProperties,
  PropertyName,
  retryTopic,
  SysFlag,
  VersionGate,
} from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import { isSendFailed } from '../errors.js';
import type { BrokerVersionTable } from '../instance/broker-version-table.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteTable } from '../instance/route-table.js';
import type { Payload } from '../producer/outgoing.js';
import type { Sender, Target } from '../producer/sender.js';
import { messageIdOf, originalTopic } from '../received-message.js';
import { retryDelay, type RetryDelay, type RetryWish } from './retry-delay.js';

export interface RedeliveryParts {
  readonly group: string;
  /** Undefined: the group's setting on the broker decides. */
  readonly maxReconsumeTimes: number | undefined;
  /** Delays of the brokers by level, ms: index 0 is level 1. */
  readonly levelsMs: readonly number[];
  readonly calls: Pick<BrokerCalls, 'sendBack'>;
  readonly table: Pick<RouteTable, 'masterAddress'>;
  readonly versions: Pick<BrokerVersionTable, 'of'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly logger: Logger;
}

/** Property of a dead letter: why its consumer gave it up. */
export const DEAD_LETTER_REASON = 'deadLetterReason';
const REASON_LENGTH_MAX = 256;

export interface FailedMessage extends RetryWish {
  readonly message: MessageExt;
  readonly queue: MessageQueue;
  /** Deliveries of this process that failed and that the broker does not know of, this one left out. */
  readonly localFailures: number;
}

/** As Java: DefaultMQPushConsumerImpl.sendMessageBack. */
const CALL_TIMEOUT_MS = 5000;
/** Level of the first retry: 10 s. */
const FIRST_RETRY_LEVEL = 3;
/** The body goes on as it came, so its compression goes with it. */
export const COMPRESSION_FLAGS =
  SysFlag.COMPRESSED | SysFlag.COMPRESSION_ZLIB | SysFlag.COMPRESSION_LZ4 | SysFlag.COMPRESSION_ZSTD | (0x4 << 8);
/** What brought the message here, by a delay, is not to act once more. A broker takes one with TIMER_OUT_MS for a message whose time has come. */
export const spentProperties = [
  ...([PropertyName.DELAY, PropertyName.REAL_TOPIC, PropertyName.REAL_QID, PropertyName.TRAN_MSG] as const),
  ...([PropertyName.TIMER_DELAY_SEC, PropertyName.TIMER_DELAY_MS, PropertyName.TIMER_DELIVER_MS, PropertyName.TIMER_OUT_MS] as const),
  ...([PropertyName.TIMER_ENQUEUE_MS, PropertyName.TIMER_DEQUEUE_MS, PropertyName.TIMER_ROLL_TIMES] as const),
];

/** Gives a message that failed back to the brokers, which deliver it again later. */
export class Redelivery {
  private toldOfTimers = false;
  private turn = 0;

  constructor(private readonly parts: RedeliveryParts) {}

  /** @returns whether a broker has confirmed that it keeps the message: only then may the offset pass it */
  async handBack(failed: FailedMessage): Promise<boolean> {
    // The broker makes the dead letter of the message as it has it: a reason has to be sent along with the whole message.
    if (failed.reason !== undefined && (failed.delayLevel ?? 0) < 0) return this.giveUp(failed);
    const delay = retryDelay(failed, this.parts.levelsMs);
    if (delay.kind === 'level') return this.handBackAtLevel(failed, delay.level);
    return (await this.sendWithTimer(failed, delay)) || this.handBackAtLevel(failed, delay.orLevel);
  }

  /**
   * Makes a dead letter of a message that was consumed in order, of whose failures the broker knows nothing, or that has a reason. As Java:
   * ConsumeMessageOrderlyService.
   * @returns whether a broker has confirmed that it keeps the message
   */
  async giveUp(failed: FailedMessage): Promise<boolean> {
    try {
      await this.sendToRetryTopic(failed, this.fallbackOf(failed, -1), 'any');
      return true;
    } catch (error) {
      const reason = { ...about(failed), error: messageOf(error) };
      this.parts.logger.log('warn', 'a message could not be sent as a dead letter, it is handed back as one', reason);
      return this.handBackAtLevel(failed, -1);
    }
  }

  private async handBackAtLevel(failed: FailedMessage, level: number): Promise<boolean> {
    const { logger } = this.parts;
    try {
      await this.sendBack(failed, level);
      return true;
    } catch (error) {
      const reason = { ...about(failed), error: messageOf(error) };
      logger.log('warn', 'the broker did not take a failed message back, it is sent to the retry topic', reason);
    }
    try {
      await this.sendToRetryTopic(failed, this.fallbackOf(failed, level), 'any');
      return true;
    } catch (error) {
      logger.log('error', 'a failed message could not be handed back', { ...about(failed), error: messageOf(error) });
      return false;
    }
  }

  private async sendBack({ message, queue }: FailedMessage, delayLevel: number): Promise<void> {
    const { group, maxReconsumeTimes, calls, table } = this.parts;
    const address = table.masterAddress(queue.brokerName) ?? formatHost(message.storeHost);
    const header = {
      offset: message.physicalOffset,
      group,
      delayLevel,
      originMsgId: messageIdOf(message),
      originTopic: originalTopic(message),
      unitMode: false,
      ...(maxReconsumeTimes !== undefined && { maxReconsumeTimes }),
      bname: queue.brokerName,
    };
    await calls.sendBack(address, header, { timeoutMs: CALL_TIMEOUT_MS });
  }

  private async sendWithTimer(failed: FailedMessage, { delayMs }: RetryDelay & { kind: 'timer' }): Promise<boolean> {
    // It would store the property and deliver at once, again and again until the message is dead.
    if (!this.hasTimer(failed)) {
      this.tellOfTimers(failed, 'it is older than 5.0');
      return false;
    }
    try {
      // Once, to a broker that has the retry topic: where the timer is off, it will not be on a moment later.
      await this.sendToRetryTopic(failed, { property: [PropertyName.TIMER_DELAY_MS, delayMs] }, this.nearQueue(failed.queue));
      return true;
    } catch (error) {
      if (!isOperationFailed(error)) throw error;
      if (isSendFailed(error) && error.responseCode !== undefined) this.tellOfTimers(failed, error.message);
      else
        this.parts.logger.log('warn', 'a failed message could not be sent to the retry topic', { ...about(failed), error: error.message });
      return false;
    }
  }

  private hasTimer({ message, queue }: FailedMessage): boolean {
    const { table, versions } = this.parts;
    const version = versions.of(table.masterAddress(queue.brokerName) ?? formatHost(message.storeHost));
    return version === undefined || version >= VersionGate.TIMERS;
  }

  private tellOfTimers(failed: FailedMessage, reason: string): void {
    if (this.toldOfTimers) return;
    this.toldOfTimers = true;
    const text = 'the broker takes no timer for a retry, such delays become the next longer level';
    this.parts.logger.log('warn', text, { group: this.parts.group, ...about(failed), reason });
  }

  private nearQueue({ brokerName }: MessageQueue): Target {
    return (queues) => {
      const near = queues.filter((queue) => queue.brokerName === brokerName);
      const candidates = near.length > 0 ? near : queues;
      return candidates[this.turn++ % candidates.length];
    };
  }

  private fallbackOf({ message, localFailures }: FailedMessage, level: number): RetryForm {
    // Any failure is one too many then: the broker makes a dead letter of it.
    if (level < 0) return { property: [PropertyName.DELAY, 0], maxReconsumeTimes: 0 };
    return { property: [PropertyName.DELAY, level > 0 ? level : FIRST_RETRY_LEVEL + message.reconsumeTimes + localFailures] };
  }

  // As Java: sendMessageBackAsNormalMessage, with the origin id that 5.3.3 loses and without unpacking the body.
  private async sendToRetryTopic({ message, localFailures, reason }: FailedMessage, form: RetryForm, target: Target): Promise<void> {
    const { group, sender } = this.parts;
    const { maxReconsumeTimes = this.parts.maxReconsumeTimes, property } = form;
    const messageId = messageIdOf(message);
    const reconsumeTimes = message.reconsumeTimes + localFailures + 1;
    const properties = new Map(message.properties);
    for (const name of spentProperties) properties.delete(name);
    properties.set(PropertyName.UNIQ_KEY, messageId);
    properties.set(PropertyName.ORIGIN_MESSAGE_ID, message.properties.get(PropertyName.ORIGIN_MESSAGE_ID) ?? messageId);
    properties.set(PropertyName.RETRY_TOPIC, originalTopic(message));
    properties.set(property[0], String(property[1]));
    if (reason !== undefined) properties.set(DEAD_LETTER_REASON, reasonText(reason));
    const payload: Payload = {
      topic: retryTopic(group),
      flag: message.flag,
      sysFlag: message.sysFlag & COMPRESSION_FLAGS,
      properties: printProperties(properties),
      body: message.body,
      batch: false,
      reconsumeTimes,
      maxReconsumeTimes,
    };
    await sender.send(payload, target, { timeoutMs: CALL_TIMEOUT_MS });
  }
}

/** Without the characters that separate properties. */
// eslint-disable-next-line no-control-regex -- the separators are control characters
const reasonText = (reason: string) => reason.slice(0, REASON_LENGTH_MAX).replace(/[\u0000-\u001f]+/g, ' ') || 'none';

interface RetryForm {
  /** What makes it wait. */
  readonly property: readonly [name: string, value: number];
  readonly maxReconsumeTimes?: number;
}

const about = ({ message }: FailedMessage) => ({ messageId: messageIdOf(message), topic: message.topic });
