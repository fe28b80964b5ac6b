import { ProtocolViolation } from '../base/index.js';
import { compressionType, decompress, isCompressed, type MessageExt, PropertyName } from '../protocol/index.js';

/** What one body may become, bytes: far above what producers send, far below what hurts. */
const BODY_SIZE_MAX = 64 * 1024 * 1024;

/** @throws ProtocolViolation when the body cannot be decompressed */
export function plainBody(message: Pick<MessageExt, 'body' | 'sysFlag'>): Buffer {
  if (!isCompressed(message.sysFlag)) return message.body;
  const type = compressionType(message.sysFlag);
  if (type === undefined) throw new ProtocolViolation('the body is compressed in a way that is not known');
  return decompress(message.body, type, BODY_SIZE_MAX);
}

export function keysOf(properties: ReadonlyMap<string, string>): readonly string[] {
  const text = properties.get(PropertyName.KEYS);
  return text === undefined ? [] : text.split(' ').filter((key) => key !== '');
}
