// One consume queue entry: where the n-th message of a queue lies in the commit log. docs/formats/consume-queue.md
//
//     0                8        12               20
//     | physicalOffset | size   | tagsCode       |
//
// Big-endian. The tagsCode is the sign-extended Java hash of the tags, 0 without tags; in SCHEDULE_TOPIC_XXXX the time of delivery.
import { readInt64, writeInt32, writeInt64 } from '../../base/index.js';

export const ENTRY_SIZE = 20;
/** Size field of an entry that stands for no message: those before the first one in a file that was made above offset 0. */
export const BLANK_ENTRY_SIZE = 0x7fffffff;

export function writeEntry(target: Buffer, at: number, entry: { physicalOffset: number; size: number; tagsCode: number }): void {
  writeInt64(target, entry.physicalOffset, at);
  writeInt32(target, entry.size, at + 8);
  writeInt64(target, entry.tagsCode, at + 12);
}

/** `count` entries that stand for no message. */
export function blankEntries(count: number): Buffer {
  const bytes = Buffer.alloc(count * ENTRY_SIZE);
  for (let at = 0; at < bytes.length; at += ENTRY_SIZE) bytes.writeInt32BE(BLANK_ENTRY_SIZE, at + 8);
  return bytes;
}

export const entryPhysicalOffset = (bytes: Buffer, at: number): number => readInt64(bytes, at);
export const entryMessageSize = (bytes: Buffer, at: number): number => bytes.readInt32BE(at + 8);
export const entryTagsCode = (bytes: Buffer, at: number): bigint => bytes.readBigInt64BE(at + 12);

/** Whether something was written here: a file has zeros behind its last entry. As Java: ConsumeQueue.recover. */
export const isEntry = (bytes: Buffer, at: number): boolean => entryPhysicalOffset(bytes, at) >= 0 && entryMessageSize(bytes, at) > 0;
export const isBlankEntry = (bytes: Buffer, at: number): boolean =>
  entryMessageSize(bytes, at) === BLANK_ENTRY_SIZE && entryPhysicalOffset(bytes, at) === 0;
