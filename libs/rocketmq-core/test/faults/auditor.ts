import { ClientInstance } from '../../src/client/index.js';
import { decodeRecords, GetMaxOffset, type MessageExt, PullMessage, QueryConsumerOffset, ResponseCode } from '../../src/protocol/index.js';
import { RemotingClient } from '../../src/remoting/index.js';
import { silentLogger, SystemClock } from '../../src/runtime/index.js';

interface Queue {
  readonly topic: string;
  readonly queueId: number;
}

const TIMEOUT_MS = 5000;
const PAUSE_MS = 100;
/** As Java: PullSysFlag.FLAG_SUBSCRIPTION. */
const WITH_SUBSCRIPTION = 4;

export const pause = (ms = PAUSE_MS) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Asks a broker that may be dead. */
export class Auditor {
  private readonly remoting = new RemotingClient({ clock: new SystemClock(), logger: silentLogger });

  constructor(private readonly address: string) {}

  /** Takes what a queue holds from an offset on, as far as the broker answers. */
  async read(queue: Queue, fromOffset: number, take: (message: MessageExt) => void): Promise<void> {
    let queueOffset = fromOffset;
    for (;;) {
      const header = {
        ...{ consumerGroup: 'audit', ...queue, queueOffset, maxMsgNums: 32 },
        ...{ sysFlag: WITH_SUBSCRIPTION, commitOffset: 0, suspendTimeoutMillis: 0, subscription: '*', subVersion: 0 },
      };
      const answer = await this.remoting.invoke(this.address, PullMessage, header, { timeoutMs: TIMEOUT_MS }).catch(() => undefined);
      if (answer?.code !== ResponseCode.SUCCESS || answer.body === undefined) return;
      for (const message of decodeRecords(answer.body)) {
        take(message);
        queueOffset = message.queueOffset + 1;
      }
    }
  }

  /** Whether the group has passed the whole queue. */
  async hasPassed(consumerGroup: string, queue: Queue): Promise<boolean> {
    const limits = { timeoutMs: TIMEOUT_MS };
    const passed = await this.remoting
      .invoke(this.address, QueryConsumerOffset, { consumerGroup, ...queue }, limits)
      .catch(() => undefined);
    const end = await this.remoting.invoke(this.address, GetMaxOffset, queue, limits).catch(() => undefined);
    return passed?.header.offset !== undefined && passed.header.offset === end?.header.offset;
  }

  close(): Promise<void> {
    return this.remoting.close(0);
  }
}

/** Until it succeeds, or the run has to end: the broker is being killed from its first moment on. */
export async function insist(action: () => Promise<unknown>, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    try {
      await action();
      return;
    } catch {
      await pause();
    }
  }
}

interface NewTopic {
  readonly topic: string;
  readonly queues: number;
}

export async function createTopic(namesrvAddr: string, { topic, queues }: NewTopic, isOver: () => boolean): Promise<void> {
  const client = new ClientInstance({ namesrvAddr });
  await client.start();
  await insist(() => client.admin().topics.createOrUpdate({ topic, readQueueNums: queues, writeQueueNums: queues }), isOver);
  await client.shutdown(0);
}
