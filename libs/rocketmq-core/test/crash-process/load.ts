import { isOperationFailed, messageOf } from '../../src/base/index.js';
import { AUTO_CREATE_TOPIC, printProperties, PropertyName, ResponseCode, SendMessageV2 } from '../../src/protocol/index.js';
import { RemotingClient, type Answer } from '../../src/remoting/index.js';
import { silentLogger, SystemClock } from '../../src/runtime/index.js';
import type { Lane, Ledger } from './ledger.js';

const SEND_TIMEOUT_MS = 20_000;

export interface LoadOptions {
  readonly address: string;
  readonly topics: readonly string[];
  readonly queueCount: number;
  readonly producerCount: number;
  readonly ledger: Ledger;
  /** Runs after each acknowledgement of this load, with their number. */
  readonly acknowledged: (count: number) => void;
}

/** Producers that send until the broker is gone, each on a connection of its own. */
export class Load {
  private acknowledged = 0;

  constructor(private readonly options: LoadOptions) {}

  /** Resolves when no connection is left. Every other end of a send goes into the faults of the ledger. */
  async run(): Promise<void> {
    const { producerCount, topics, queueCount } = this.options;
    const clients = Array.from({ length: producerCount }, () => new RemotingClient({ clock: new SystemClock(), logger: silentLogger }));
    const lanes = clients.flatMap((client, producer) =>
      topics.flatMap((topic) =>
        Array.from({ length: queueCount }, (_, queueId) =>
          this.sendAll(client, { name: `${topic}/${queueId}/${producer}`, topic, queueId }),
        ),
      ),
    );
    await Promise.all(lanes);
    await Promise.all(clients.map((client) => client.close(0)));
  }

  private async sendAll(client: RemotingClient, lane: Lane): Promise<void> {
    while (await this.sendOne(client, lane));
  }

  /** @returns whether it was acknowledged */
  private async sendOne(client: RemotingClient, lane: Lane): Promise<boolean> {
    const { address, ledger } = this.options;
    const { key, body } = ledger.next(lane);
    const header = {
      ...{ producerGroup: 'crash', topic: lane.topic, queueId: lane.queueId, defaultTopic: AUTO_CREATE_TOPIC, defaultTopicQueueNums: 4 },
      ...{ sysFlag: 0, bornTimestamp: Date.now(), flag: 0, properties: printProperties(new Map([[PropertyName.KEYS, key]])) },
    };
    let answer: Answer<typeof SendMessageV2>;
    try {
      answer = await client.invoke(address, SendMessageV2, header, { body, timeoutMs: SEND_TIMEOUT_MS });
    } catch (error) {
      if (!isOperationFailed(error) || error.reason !== 'connection') ledger.faults.push(`${key}: ${messageOf(error)}`);
      return false;
    }
    if (answer.code !== ResponseCode.SUCCESS || answer.header.queueOffset === undefined) {
      ledger.faults.push(`${key} was refused: ${answer.code} ${answer.remark ?? ''}`);
      return false;
    }
    ledger.acknowledge(key, answer.header.queueOffset);
    this.acknowledged += 1;
    this.options.acknowledged(this.acknowledged);
    return true;
  }
}
