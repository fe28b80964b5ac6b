import { printProperties, type HostAddress, type MessageExt } from '../../protocol/index.js';
import type { MessageDraft } from '../../store/index.js';

export interface DraftChanges {
  readonly topic: string;
  readonly queueId: number;
  /** Default those of the message. A text is stored as it is. */
  readonly properties?: ReadonlyMap<string, string> | string;
  readonly body?: Buffer;
  readonly sysFlag?: number;
  readonly bornTimestamp?: number;
  readonly bornHost?: HostAddress;
  readonly storeHost?: HostAddress;
  readonly reconsumeTimes?: number;
  readonly preparedTransactionOffset?: number;
  /** Default false: nobody waits for a message that the broker writes itself. */
  readonly waitForStore?: boolean;
}

/** A stored message on its way into another queue. What is not changed stays as it is, a compressed body compressed. */
export function draftOf(message: MessageExt, changes: DraftChanges): MessageDraft {
  const properties = changes.properties ?? message.properties;
  return {
    topic: changes.topic,
    queueId: changes.queueId,
    flag: message.flag,
    sysFlag: changes.sysFlag ?? message.sysFlag,
    bornTimestamp: changes.bornTimestamp ?? message.bornTimestamp,
    bornHost: changes.bornHost ?? message.bornHost,
    storeHost: changes.storeHost ?? message.storeHost,
    reconsumeTimes: changes.reconsumeTimes ?? message.reconsumeTimes,
    preparedTransactionOffset: changes.preparedTransactionOffset ?? message.preparedTransactionOffset,
    body: changes.body ?? message.body,
    properties: typeof properties === 'string' ? properties : printProperties(properties),
    waitForStore: changes.waitForStore ?? false,
    isCopy: true,
  };
}
