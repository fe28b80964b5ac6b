import type { Random } from '../../runtime/index.js';

export interface CongestionOptions {
  readonly settings: { readonly timerCongestNumEachSlot: number };
  readonly random: Random;
  /** Messages that are due in the tick of that time. */
  readonly countAt: (timeMs: number) => number;
}

const UNLIMITED = 0x7fffffff;

/**
 * Whether a tick has no room for another message: never up to the limit, always from twice the limit on, and in between the more often the fuller it
 * is. As Java: TimerMessageStore.isReject, whose chance between the limits falls instead of rising.
 */
export function congestion({ settings, random, countAt }: CongestionOptions): (outMs: number) => boolean {
  return (outMs) => {
    const limit = settings.timerCongestNumEachSlot;
    if (limit >= UNLIMITED) return false;
    const count = countAt(outMs);
    if (count <= limit) return false;
    return count >= limit * 2 || random.below(limit) < count - limit;
  };
}
