import { decodeRecords, type MessageExt } from '../../src/protocol/index.js';
import { NodeFileSystem, SystemClock, type FileSystem, type Logger } from '../../src/runtime/index.js';
import { MessageStore, type StoreConfig } from '../../src/store/index.js';
import { smallStoreConfig } from '../../testing/store-fixtures.js';

export interface Queue {
  readonly topic: string;
  readonly queueId: number;
}

/** @param angry takes what the store says at level `error` */
export function realStore(
  changes: Partial<StoreConfig>,
  angry?: (text: string) => void,
  files: FileSystem = new NodeFileSystem(),
): MessageStore {
  const logger: Logger = { log: (level, text, fields) => level === 'error' && angry?.(`${text} ${JSON.stringify(fields)}`) };
  return new MessageStore({ config: smallStoreConfig(changes), files, clock: new SystemClock(), logger });
}

/** Opens the store that a cut has left and reads the queues. */
export async function readBack(
  changes: Partial<StoreConfig>,
  queues: readonly Queue[],
): Promise<{ messages: MessageExt[]; faults: string[] }> {
  const angry: string[] = [];
  const store = realStore(changes, (text) => angry.push(text));
  await store.open();
  try {
    const { messages, faults } = await readQueues(store, queues);
    return { messages, faults: [...angry, ...faults] };
  } finally {
    await store.close();
  }
}

/** @returns what is in the queues, and where that is not one message after the other from offset 0 on */
export async function readQueues(store: MessageStore, queues: readonly Queue[]): Promise<{ messages: MessageExt[]; faults: string[] }> {
  const faults: string[] = [];
  const messages: MessageExt[] = [];
  for (const queue of queues) messages.push(...(await readQueue(store, queue, faults)));
  return { messages, faults };
}

async function readQueue(store: MessageStore, { topic, queueId }: Queue, faults: string[]): Promise<MessageExt[]> {
  const messages: MessageExt[] = [];
  const fault = (text: string) => faults.push(`${topic}/${queueId} ${text}`);
  const begin = store.minQueueOffset(topic, queueId);
  if (begin !== 0) fault(`begins at ${begin}`);
  const end = store.maxQueueOffset(topic, queueId);
  while (messages.length < end) {
    const outcome = await store.get({ topic, queueId, queueOffset: messages.length, maxMessages: 32 });
    if (outcome.status !== 'found') {
      fault(`has nothing at ${messages.length} of ${end}: ${outcome.status}`);
      break;
    }
    for (const message of outcome.records.flatMap((record) => decodeRecords(record))) {
      const { queueOffset } = message;
      if (message.topic !== topic || message.queueId !== queueId || queueOffset !== messages.length) {
        fault(`has at ${messages.length} the message ${message.topic}/${message.queueId} at ${queueOffset}`);
      }
      messages.push(message);
    }
  }
  return messages;
}
