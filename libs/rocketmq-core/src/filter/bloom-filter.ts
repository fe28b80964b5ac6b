/** Which bits of the map stand for one name. */
export interface BloomBits {
  /** Bits of the whole map. */
  readonly bitNum: number;
  readonly bitPos: readonly number[];
}

/**
 * Where a consumer group has its bits in a map of those that want a message. Apache drops every entry of consumerFilter.json when the bits of one
 * are not those that its settings lead to, so the file needs them, although nothing here reads such a map. As Java: BloomFilter.
 */
export class BloomFilter {
  /** Bits per name. */
  readonly hashes: number;
  /** Bits of the map. */
  readonly bitNum: number;

  /** @param errorRate percent, 1 to 99; @param names how many are expected */
  constructor(errorRate: number, names: number) {
    const rate = errorRate / 100;
    // Java divides natural logarithms; other ways to the same values may round to the other side of a whole number.
    const log = (base: number, value: number) => Math.log(value) / Math.log(base);
    this.hashes = Math.ceil(log(0.5, rate));
    this.bitNum = 8 * Math.ceil(Math.ceil(names * log(2, 1 / rate) * log(2, Math.E)) / 8);
  }

  bitsOf(name: string): BloomBits {
    const hash = murmur3(Buffer.from(name));
    const low = Number(BigInt.asIntN(32, hash));
    const high = Number(BigInt.asIntN(32, hash >> 32n));
    const bitPos = Array.from({ length: this.hashes }, (_, i) => {
      const combined = (low + Math.imul(i + 1, high)) | 0;
      return (combined < 0 ? ~combined : combined) % this.bitNum;
    });
    return { bitNum: this.bitNum, bitPos };
  }
}

const MASK = 0xffff_ffff_ffff_ffffn;
const C1 = 0x87c3_7b91_1142_53d5n;
const C2 = 0x4cf5_ad43_2745_937fn;
const BLOCK_SIZE = 16;

const times = (left: bigint, right: bigint) => (left * right) & MASK;
const rotated = (value: bigint, bits: bigint) => ((value << bits) | (value >> (64n - bits))) & MASK;
const mixedLow = (value: bigint) => times(rotated(times(value, C1), 31n), C2);
const mixedHigh = (value: bigint) => times(rotated(times(value, C2), 33n), C1);

/** The first half of MurmurHash3 x64 128 with seed 0, as Guava's Hashing.murmur3_128 has it in asLong. */
function murmur3(bytes: Buffer): bigint {
  let low = 0n;
  let high = 0n;
  const tailAt = bytes.length - (bytes.length % BLOCK_SIZE);
  for (let at = 0; at < tailAt; at += BLOCK_SIZE) {
    low = (times(rotated(low ^ mixedLow(bytes.readBigUInt64LE(at)), 27n) + high, 5n) + 0x52dc_e729n) & MASK;
    high = (times(rotated(high ^ mixedHigh(bytes.readBigUInt64LE(at + 8)), 31n) + low, 5n) + 0x3849_5ab5n) & MASK;
  }
  const tail = Buffer.alloc(BLOCK_SIZE);
  bytes.copy(tail, 0, tailAt);
  const length = BigInt(bytes.length);
  low ^= mixedLow(tail.readBigUInt64LE(0)) ^ length;
  high ^= mixedHigh(tail.readBigUInt64LE(8)) ^ length;
  low = (low + high) & MASK;
  high = (high + low) & MASK;
  return (finished(low) + finished(high)) & MASK;
}

function finished(value: bigint): bigint {
  let mixed = times(value ^ (value >> 33n), 0xff51_afd7_ed55_8ccdn);
  mixed = times(mixed ^ (mixed >> 33n), 0xc4ce_b9fe_1a85_ec53n);
  return mixed ^ (mixed >> 33n);
}
