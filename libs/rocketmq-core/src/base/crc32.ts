import { crc32 as zlibCrc32 } from 'node:zlib';

/** CRC-32 as the record and the registration body carry it: without the sign bit (as Java: UtilAll.crc32). */
export function crc32(bytes: Uint8Array): number {
  return zlibCrc32(bytes) & 0x7fffffff;
}
