/** Bits of a message's sysFlag. As Java: MessageSysFlag. */
export const SysFlag = {
  COMPRESSED: 0x1,
  MULTI_TAGS: 0x2,
  TRANSACTION_PREPARED: 0x4,
  TRANSACTION_COMMIT: 0x8,
  TRANSACTION_ROLLBACK: 0xc,
  BORN_HOST_V6: 0x10,
  STORE_HOST_V6: 0x20,
  NEED_UNWRAP: 0x40,
  INNER_BATCH: 0x80,
  COMPRESSION_LZ4: 0x1 << 8,
  COMPRESSION_ZSTD: 0x2 << 8,
  COMPRESSION_ZLIB: 0x3 << 8,
} as const;

const TRANSACTION_MASK = 0xc;
const COMPRESSION_MASK = 0x7 << 8;

export type TransactionType = 'none' | 'prepared' | 'commit' | 'rollback';
const transactionTypes = ['none', 'prepared', 'commit', 'rollback'] as const;
const transactionBits = { none: 0, prepared: 0x4, commit: 0x8, rollback: 0xc } as const;

export function transactionType(sysFlag: number): TransactionType {
  return transactionTypes[(sysFlag & TRANSACTION_MASK) >> 2] ?? 'none';
}

export function withTransactionType(sysFlag: number, type: TransactionType): number {
  return (sysFlag & ~TRANSACTION_MASK) | transactionBits[type];
}

export type CompressionType = 'zlib' | 'lz4' | 'zstd';

export function isCompressed(sysFlag: number): boolean {
  return (sysFlag & SysFlag.COMPRESSED) !== 0;
}

/** @returns undefined for type bits that no release defines. Type 0 is what clients older than 5.0 write and means zlib. */
export function compressionType(sysFlag: number): CompressionType | undefined {
  switch (sysFlag & COMPRESSION_MASK) {
    case 0:
    case SysFlag.COMPRESSION_ZLIB:
      return 'zlib';
    case SysFlag.COMPRESSION_LZ4:
      return 'lz4';
    case SysFlag.COMPRESSION_ZSTD:
      return 'zstd';
    default:
      return undefined;
  }
}

const compressionBits = { zlib: SysFlag.COMPRESSION_ZLIB, lz4: SysFlag.COMPRESSION_LZ4, zstd: SysFlag.COMPRESSION_ZSTD } as const;

/** The sysFlag of a body that `type` has compressed. */
export function withCompression(sysFlag: number, type: CompressionType): number {
  return (sysFlag & ~COMPRESSION_MASK) | SysFlag.COMPRESSED | compressionBits[type];
}

/** The sysFlag after the body was decompressed. The type bits stay, as Java leaves them. */
export function withoutCompression(sysFlag: number): number {
  return sysFlag & ~SysFlag.COMPRESSED;
}
