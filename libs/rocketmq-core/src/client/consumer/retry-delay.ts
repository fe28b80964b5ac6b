/** How a failed message waits for its next delivery. */
export type RetryDelay =
  /** As the table of the broker says: 0 leaves the choice to it, a negative one makes a dead letter. */
  | { readonly kind: 'level'; readonly level: number }
  /** `orLevel`: the next longer level, or the longest, for brokers that have no timer. */
  | { readonly kind: 'timer'; readonly delayMs: number; readonly orLevel: number };

export interface RetryWish {
  /** 0: the broker decides; negative: a dead letter. */
  readonly delayLevel?: number | undefined;
  /** In the place of a level, ms. */
  readonly delayMs?: number | undefined;
  /** Of a dead letter: goes along with it. */
  readonly reason?: string | undefined;
}

const INT_MAX = 0x7fffffff;

/**
 * A delay that equals a level waits at the level, where every broker knows it.
 * @param levelsMs the table of the brokers; index 0 is level 1
 */
export function retryDelay({ delayLevel = 0, delayMs }: RetryWish, levelsMs: readonly number[]): RetryDelay {
  if (delayMs === undefined || Number.isNaN(delayMs)) return { kind: 'level', level: asLevel(delayLevel) };
  const wholeMs = Math.min(Math.max(0, Math.round(delayMs)), Number.MAX_SAFE_INTEGER);
  const same = levelsMs.indexOf(wholeMs);
  return same >= 0 ? { kind: 'level', level: same + 1 } : { kind: 'timer', delayMs: wholeMs, orLevel: levelNotShorter(wholeMs, levelsMs) };
}

// The table need not be sorted.
function levelNotShorter(delayMs: number, levelsMs: readonly number[]): number {
  const longer = levelsMs.filter((levelMs) => levelMs > delayMs);
  return levelsMs.indexOf(longer.length > 0 ? Math.min(...longer) : Math.max(...levelsMs)) + 1;
}

// What a listener returns goes into an int32 of the wire.
const asLevel = (level: number) => (Number.isNaN(level) ? 0 : Math.max(-1, Math.min(INT_MAX, Math.trunc(level))));
