// Body of SEND_BATCH_MESSAGE, and of a record with the inner-batch flag; see docs/formats/batch.md. Items back to back:
//
//     0        4           8         12     16         20
//     | size 4 | magic 4=0 | crc 4=0 | flag | bodySize | body | propertiesSize 2 | properties
import { assert, ByteReader, OutOfBytes, ProtocolViolation } from '../../base/index.js';
import { PROPERTIES_SIZE_MAX } from './properties.js';

/** All lengths of one item; without body and properties. */
const ITEM_SIZE_MIN = 22;

export interface BatchItem {
  readonly flag: number;
  readonly body: Buffer;
  /** The property text. */
  readonly properties: string;
}

/** Bytes of one item in a batch body. */
export function batchItemSize(item: BatchItem): number {
  return ITEM_SIZE_MIN + item.body.length + Buffer.byteLength(item.properties);
}

/** @param items whose property texts have at most 32 767 bytes */
export function encodeBatchBody(items: readonly BatchItem[]): Buffer {
  const body = Buffer.allocUnsafe(items.reduce((size, item) => size + batchItemSize(item), 0));
  let at = 0;
  for (const item of items) {
    const size = batchItemSize(item);
    const propertiesSize = size - ITEM_SIZE_MIN - item.body.length;
    assert(propertiesSize <= PROPERTIES_SIZE_MAX, 'the properties of a batch item fit an int16');
    body.writeInt32BE(size, at);
    body.writeInt32BE(0, at + 4);
    body.writeInt32BE(0, at + 8);
    body.writeInt32BE(item.flag, at + 12);
    body.writeInt32BE(item.body.length, at + 16);
    body.set(item.body, at + 20);
    body.writeInt16BE(propertiesSize, at + 20 + item.body.length);
    body.write(item.properties, at + 22 + item.body.length);
    at += size;
  }
  return body;
}

/**
 * The items' bodies are views of the buffer.
 * @throws ProtocolViolation when a length does not fit, or there are more than `itemsMax` items
 */
export function decodeBatchBody(body: Buffer, itemsMax = Infinity): BatchItem[] {
  const items: BatchItem[] = [];
  const reader = new ByteReader(body);
  while (reader.remaining > 0) {
    if (items.length >= itemsMax) throw new ProtocolViolation(`a batch of more than ${itemsMax} messages`);
    items.push(decodeItem(reader));
  }
  return items;
}

function decodeItem(reader: ByteReader): BatchItem {
  const start = reader.offset;
  try {
    const size = reader.int32();
    reader.skip(8);
    const flag = reader.int32();
    const itemBody = reader.slice(reader.int32());
    const properties = reader.text(reader.int16());
    // Java ignores the size; a sender whose sizes disagree has cut one of them down.
    if (reader.offset - start !== size)
      throw new ProtocolViolation(`batch item at ${start}: size ${size}, its parts ${reader.offset - start}`);
    return { flag, body: itemBody, properties };
  } catch (error) {
    if (error instanceof OutOfBytes) throw new ProtocolViolation(`batch item at ${start}: ${error.message}`);
    throw error;
  }
}
