import { offsetMessageId, type HostAddress } from '../../protocol/index.js';

const OFFSET_DIGITS = 16;
const DIGITS = Buffer.from('0123456789ABCDEF');

/** As `offsetMessageId`, with the part that never changes made once, and without the texts in between: an id is made for every message. */
export function offsetIdsOf(host: HostAddress): (physicalOffset: number) => string {
  const id = Buffer.from(offsetMessageId(host, 0), 'latin1');
  const middle = id.length - OFFSET_DIGITS / 2;
  return (physicalOffset) => {
    const high = Math.floor(physicalOffset / 0x1_0000_0000);
    writeHex(id, middle, high);
    writeHex(id, id.length, physicalOffset - high * 0x1_0000_0000);
    return id.toString('latin1');
  };
}

/** Eight digits that end before `end`. */
function writeHex(target: Buffer, end: number, value: number): void {
  let rest = value;
  for (let at = end - 1; at >= end - OFFSET_DIGITS / 2; at--) {
    target[at] = DIGITS[rest & 0xf] ?? 0;
    rest >>>= 4;
  }
}
