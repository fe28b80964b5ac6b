import { OperationFailed } from '../../base/index.js';
import { decodeRecallHandle } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { BrokerCalls, CallLimits } from '../instance/calls.js';
import { findMaster, type FindMasterParts } from '../instance/find-master.js';

export interface RecallerParts extends FindMasterParts {
  readonly group: string;
  readonly calls: Pick<BrokerCalls, 'recall'>;
}

/** Takes messages back that wait in a broker's timer. As Java: DefaultMQProducerImpl.recallMessage. */
export class Recaller {
  constructor(private readonly parts: RecallerParts) {}

  /** @returns the id of the message @throws InvalidInput, OperationFailed, CallRefused */
  async recall(topic: string, recallHandle: string, limits: CallLimits): Promise<string> {
    const { group, calls } = this.parts;
    const handle = decodeRecallHandle(recallHandle);
    if (handle === undefined) throw new InvalidInput('recallHandle', 'this is no recall handle');
    if (handle.topic !== topic) throw new InvalidInput('recallHandle', `the handle is of a message to ${handle.topic}, not to ${topic}`);
    const address = await this.addressOf(handle.brokerName, topic);
    const bname = handle.brokerName;
    return calls.recall(address, { producerGroup: group, topic, recallHandle, bname }, limits);
  }

  private async addressOf(brokerName: string, topic: string): Promise<string> {
    const address = await findMaster({ brokerName, topic }, this.parts);
    if (address === undefined) throw new OperationFailed('unavailable', `broker ${brokerName} has no master`);
    return address;
  }
}
