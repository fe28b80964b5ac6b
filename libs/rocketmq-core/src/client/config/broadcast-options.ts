import { homedir } from 'node:os';
import type { MessageQueue } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { MessageModel } from './order-options.js';

/** A message of a broadcasting consumer that nobody will deliver again. */
export interface DroppedMessage {
  /** UNIQ_KEY, or the offset id. */
  readonly messageId: string;
  readonly queue: MessageQueue;
  readonly queueOffset: number;
  readonly properties: ReadonlyMap<string, string>;
  /** Decompressed; undefined when that is not possible. */
  readonly body: Buffer | undefined;
}

export interface BroadcastOptions {
  /**
   * CLUSTERING (default): each message goes to one member of the group. BROADCASTING: to every member; each keeps its own offsets in a file, and a
   * message whose listener fails is not delivered again.
   */
  readonly messageModel?: MessageModel;
  /** Broadcasting: called for a message whose listener failed. What it throws is logged. */
  readonly onDropped?: (message: DroppedMessage) => void;
  /**
   * Broadcasting: where the offsets are kept, in `<folder>/<ip>@<instanceName>/<group>/offsets.json`; default `.rocketmq_offsets` in the home of the
   * user. As Java: rocketmq.client.localOffsetStoreDir.
   */
  readonly localOffsetStoreDir?: string;
}

const models: ReadonlySet<string> = new Set<MessageModel>(['CLUSTERING', 'BROADCASTING']);

/** @throws InvalidInput */
export function broadcastSettings({ messageModel = 'CLUSTERING', onDropped, localOffsetStoreDir }: BroadcastOptions) {
  if (!models.has(messageModel)) throw new InvalidInput('messageModel', `${String(messageModel)} is not a message model`);
  return { messageModel, onDropped, localOffsetStoreDir: localOffsetStoreDir ?? `${homedir()}/.rocketmq_offsets` };
}
