import { randomBytes, randomInt } from 'node:crypto';

/** The door to chance. */
export interface Random {
  /** A whole number from 0 (inclusive) to `bound` (exclusive). */
  below(bound: number): number;
  bytes(size: number): Buffer;
}

export class SystemRandom implements Random {
  below(bound: number): number {
    return randomInt(bound);
  }
  bytes(size: number): Buffer {
    return randomBytes(size);
  }
}
