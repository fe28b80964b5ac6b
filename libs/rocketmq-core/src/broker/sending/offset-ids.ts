import { offsetMessageId, type HostAddress } from '../../protocol/index.js';

/** As `offsetMessageId`, with the part that never changes made once: an id is made for every message. */
export function offsetIdsOf(host: HostAddress): (physicalOffset: number) => string {
  const prefix = offsetMessageId(host, 0).slice(0, -16);
  return (physicalOffset) => prefix + physicalOffset.toString(16).toUpperCase().padStart(16, '0');
}
