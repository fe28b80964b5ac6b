import { decodeRecords, PullMessage, ResponseCode, type MessageExt } from '../../src/protocol/index.js';
import { RemotingClient } from '../../src/remoting/index.js';
import { silentLogger, SystemClock } from '../../src/runtime/index.js';
import type { Ledger } from './ledger.js';

const PULL_TIMEOUT_MS = 20_000;
/** As Java: PullSysFlag.FLAG_SUBSCRIPTION. */
const WITH_SUBSCRIPTION = 4;

interface Queue {
  readonly topic: string;
  readonly queueId: number;
  /** Key of the message at each queue offset. */
  readonly keys: string[];
}

/** Reads what the broker has, after every start only what is new, and compares it with the ledger. */
export class Audit {
  private readonly queues: Queue[] = [];

  constructor(private readonly ledger: Ledger) {}

  addTopic(topic: string, queueCount: number): void {
    for (let queueId = 0; queueId < queueCount; queueId += 1) this.queues.push({ topic, queueId, keys: [] });
  }

  get messageCount(): number {
    return this.queues.reduce((sum, { keys }) => sum + keys.length, 0);
  }

  /** Reads what came since the last time; then nothing acknowledged may be missing. */
  async readNew(address: string): Promise<void> {
    await this.readAll(address, (queue) => ({ from: queue.keys.length, take: (message) => queue.keys.push(this.ledger.check(message)) }));
    this.ledger.expectNothingLost();
  }

  /** Reads everything again: what was there once must have stayed. */
  async readAgain(address: string): Promise<void> {
    await this.readAll(address, (queue) => {
      let count = 0;
      const take = ({ queueOffset, properties }: MessageExt) => {
        count += 1;
        if (queue.keys[queueOffset] !== properties.get('KEYS')) this.fault(queue, `at ${queueOffset} is another message than before`);
      };
      const end = () => count === queue.keys.length || this.fault(queue, `has ${count} messages and had ${queue.keys.length}`);
      return { from: 0, take, end };
    });
  }

  private async readAll(
    address: string,
    reading: (queue: Queue) => { from: number; take: (message: MessageExt) => void; end?: () => void },
  ) {
    const client = new RemotingClient({ clock: new SystemClock(), logger: silentLogger });
    try {
      for (const queue of this.queues) {
        const { from, take, end } = reading(queue);
        await this.read({ client, address, queue, from, take });
        end?.();
      }
    } finally {
      await client.close(0);
    }
  }

  private async read(options: {
    client: RemotingClient;
    address: string;
    queue: Queue;
    from: number;
    take: (message: MessageExt) => void;
  }): Promise<void> {
    const { client, address, queue, take } = options;
    for (let queueOffset = options.from; ;) {
      const header = {
        ...{ consumerGroup: 'audit', topic: queue.topic, queueId: queue.queueId, queueOffset, maxMsgNums: 32, sysFlag: WITH_SUBSCRIPTION },
        ...{ commitOffset: 0, suspendTimeoutMillis: 0, subscription: '*', subVersion: 0 },
      };
      const { code, header: range, body, remark } = await client.invoke(address, PullMessage, header, { timeoutMs: PULL_TIMEOUT_MS });
      // A topic that was being made when the broker was killed may be gone, as long as nobody was told of it.
      if (code === ResponseCode.TOPIC_NOT_EXIST && queue.keys.length === 0) return;
      if (range.minOffset !== 0) this.fault(queue, `begins at ${range.minOffset}`);
      if (code === ResponseCode.PULL_NOT_FOUND && range.maxOffset === queueOffset) return;
      if (code !== ResponseCode.SUCCESS || body === undefined)
        return this.fault(queue, `at ${queueOffset} answers ${code}: ${remark ?? ''}`);
      for (const message of decodeRecords(body)) {
        if (message.queueOffset !== queueOffset) this.fault(queue, `has ${message.queueOffset} where ${queueOffset} belongs`);
        take(message);
        queueOffset = message.queueOffset + 1;
      }
    }
  }

  private fault({ topic, queueId }: Queue, text: string): void {
    this.ledger.faults.push(`${topic}/${queueId} ${text}`);
  }
}
