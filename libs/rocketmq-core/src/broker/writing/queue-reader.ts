import { isProtocolViolation } from '../../base/index.js';
import { decodeRecord, type MessageExt } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import type { MessageStore } from '../../store/index.js';

export interface QueueReaderOptions {
  readonly store: Pick<MessageStore, 'get'>;
  readonly logger: Logger;
}

export interface QueueReadRequest {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly maxMessages: number;
  /** Bytes of all records together; the first is read whatever its size. Default 4 MiB. */
  readonly maxBytes?: number;
}

export interface QueueRead {
  readonly messages: readonly MessageExt[];
  /** Where the next read starts. Behind `queueOffset` without messages when they are gone, before it when the queue ends there. */
  readonly nextOffset: number;
  readonly minOffset: number;
  readonly maxOffset: number;
}

const READ_SIZE_MAX = 4 * 1024 * 1024;

/** Reads a queue for the broker's own work: no consumer, no limits of a pull, nothing counted. */
export class QueueReader {
  constructor(private readonly options: QueueReaderOptions) {}

  /** Messages whose record is damaged are left out and logged. @throws OperationFailed `io` */
  async read({ topic, queueId, queueOffset, maxMessages, maxBytes = READ_SIZE_MAX }: QueueReadRequest): Promise<QueueRead> {
    const { store } = this.options;
    const outcome = await store.get({ topic, queueId, queueOffset, maxMessages, maxBytes, isInternal: true });
    const { nextBeginOffset: nextOffset, minOffset, maxOffset } = outcome;
    return { messages: outcome.records.flatMap((buffer) => this.decode(buffer)), nextOffset, minOffset, maxOffset };
  }

  private decode(buffer: Buffer): MessageExt[] {
    const messages: MessageExt[] = [];
    // The store has compared each size with that of the queue's entry: it leads to the next record even when the rest is damaged.
    for (let at = 0; at < buffer.length; at += buffer.readInt32BE(at)) {
      const message = this.decodeAt(buffer, at);
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }

  private decodeAt(buffer: Buffer, at: number): MessageExt | undefined {
    try {
      return decodeRecord(buffer, at);
    } catch (error) {
      if (!isProtocolViolation(error)) throw error;
      this.options.logger.log('error', 'a damaged record is left out', { reason: error.message });
      return undefined;
    }
  }
}
