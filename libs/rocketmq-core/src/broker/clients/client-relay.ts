import { isOperationFailed, messageOf } from '../../base/index.js';
import { ResponseCode, type Command, type HeaderOf } from '../../protocol/index.js';
import type { CallOptions, Reply } from '../../remoting/index.js';
import type { ConsumerTable } from './consumer-table.js';
import type { Member } from './producer-table.js';

/** As Java: Broker2Client.callClient. */
const RELAY_TIMEOUT_MS = 10_000;

export interface Relayed<C extends Command> {
  readonly group: string;
  readonly clientId: string;
  readonly command: C;
  readonly header: HeaderOf<C['request']>;
  readonly options?: Pick<CallOptions, 'body' | 'ext'>;
}

/** Passes requests of administrators on to one consumer, and its answers back. As Java: AdminBrokerProcessor.callConsumer. */
export class ClientRelay {
  constructor(private readonly consumers: Pick<ConsumerTable, 'find'>) {}

  async relay<C extends Command>({ group, clientId, command, header, options = {} }: Relayed<C>): Promise<Reply> {
    const member = this.member(group, clientId);
    if (member === undefined) return { code: ResponseCode.SYSTEM_ERROR, remark: `The Consumer <${group}> <${clientId}> not online` };
    try {
      const { code, remark, ext, body } = await member.peer.invoke(command, header, {
        ...(options.body && { body: options.body }),
        // What the broker says of a field counts, not what the administrator said.
        ...(options.ext && { ext: new Map([...options.ext].filter(([name]) => !Object.hasOwn(header, name))) }),
        timeoutMs: RELAY_TIMEOUT_MS,
      });
      return { code, ext, ...(remark !== undefined && { remark }), ...(body && { body }) };
    } catch (error) {
      if (isOperationFailed(error) && error.reason === 'timeout') {
        return { code: ResponseCode.CONSUME_MSG_TIMEOUT, remark: `consumer <${group}> <${clientId}> Timeout: ${messageOf(error)}` };
      }
      return { code: ResponseCode.SYSTEM_ERROR, remark: `invoke consumer <${group}> <${clientId}> Exception: ${messageOf(error)}` };
    }
  }

  private member(group: string, clientId: string): Member | undefined {
    return [...(this.consumers.find(group)?.members.values() ?? [])].find((member) => member.clientId === clientId);
  }
}
