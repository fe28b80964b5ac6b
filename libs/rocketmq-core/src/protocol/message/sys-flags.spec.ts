import {
  compressionType,
  isCompressed,
  SysFlag,
  transactionType,
  withCompression,
  withoutCompression,
  withTransactionType,
} from './sys-flags.js';

describe('sysFlag', () => {
  it('holds the transaction type in bits 2 and 3', () => {
    for (const type of ['none', 'prepared', 'commit', 'rollback'] as const)
      expect(transactionType(withTransactionType(0xff, type))).toBe(type);
    expect(withTransactionType(0, 'rollback')).toBe(12);
    expect(withTransactionType(0xffff, 'none')).toBe(0xfff3);
  });

  it('holds the compression type in bits 8 to 10', () => {
    for (const type of ['zlib', 'lz4', 'zstd'] as const) {
      const flag = withCompression(0x70f, type);
      expect([isCompressed(flag), compressionType(flag), flag & 0xf]).toEqual([true, type, 0xf]);
    }
    expect(compressionType(SysFlag.COMPRESSED)).toBe('zlib');
    expect(compressionType(4 << 8)).toBeUndefined();
    expect(withCompression(0, 'zlib')).toBe(0x301);
    expect(isCompressed(withoutCompression(0x301))).toBe(false);
  });
});
