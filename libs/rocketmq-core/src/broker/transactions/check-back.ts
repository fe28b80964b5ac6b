import { CheckTransactionState, PropertyName, type MessageExt } from '../../protocol/index.js';
import type { Peer } from '../../remoting/index.js';
import type { ProducerTable } from '../clients/producer-table.js';
import type { BrokerIdentity } from '../config/listen-address.js';
import { askedRecord, type HalfTarget } from './half-message.js';

export interface CheckBackOptions {
  readonly producers: Pick<ProducerTable, 'members'>;
  readonly identity: () => BrokerIdentity;
}

/** As Java: ProducerManager.getAvailableChannel. */
const TRIES_MAX = 3;

/** Asks a producer what became of its transaction. As Java: AbstractTransactionalMessageCheckListener.sendCheckMessage. */
export class CheckBack {
  private turn = 0;

  constructor(private readonly options: CheckBackOptions) {}

  /** Whether somebody is there to be asked. */
  canAsk(group: string): boolean {
    return this.peersOf(group).length > 0;
  }

  /** The producers of the group take turns. @returns whether a socket has taken the question */
  ask(half: MessageExt, target: HalfTarget): boolean {
    const peers = this.peersOf(target.group);
    this.turn = (this.turn + 1) % Number.MAX_SAFE_INTEGER;
    const { brokerName, messageId } = this.options.identity();
    const transactionId = half.properties.get(PropertyName.UNIQ_KEY);
    const header = {
      topic: half.topic,
      tranStateTableOffset: half.queueOffset,
      commitLogOffset: half.physicalOffset,
      msgId: transactionId,
      transactionId,
      offsetMsgId: messageId(half.physicalOffset),
      bname: brokerName,
    };
    const body = askedRecord(half, target);
    for (let tries = 0; tries < Math.min(TRIES_MAX, peers.length); tries += 1) {
      const peer = peers[(this.turn + tries) % peers.length];
      if (peer?.oneway(CheckTransactionState, header, { body }) === true) return true;
    }
    return false;
  }

  private peersOf(group: string): Peer[] {
    return (this.options.producers.members(group) ?? []).map((member) => member.peer).filter((peer) => !peer.closed);
  }
}
