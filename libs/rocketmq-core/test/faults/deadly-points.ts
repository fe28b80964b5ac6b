import type { SeededRandom } from '../../testing/index.js';
import type { DeadlyPoint } from './mortal-process.js';

/** Names of what a process does; it dies before and after each. */
export interface Deeds {
  /** Done once for each message. */
  readonly often?: readonly string[];
  /** Done for some messages, or a few times a second. */
  readonly seldom?: readonly string[];
  /** Points that are passed once for each message, by their full names. */
  readonly points?: readonly string[];
}

const OFTEN = 100;
const SELDOM = 4;

/** Every point `rounds` times, each at a chosen pass, in any order. */
export function deadlyPoints({ often = [], seldom = [], points = [] }: Deeds, rounds: number, random: SeededRandom): DeadlyPoint[] {
  const around = (deeds: readonly string[]) => deeds.flatMap((deed) => [`before ${deed}`, `after ${deed}`]);
  const once = () => [
    ...[...around(often), ...points].map((point) => ({ point, count: 1 + random.below(OFTEN) })),
    ...around(seldom).map((point) => ({ point, count: 1 + random.below(SELDOM) })),
  ];
  return shuffled(Array.from({ length: rounds }, once).flat(), random);
}

function shuffled<T>(list: readonly T[], random: SeededRandom): T[] {
  const rest = [...list];
  return Array.from(list, () => rest.splice(random.below(rest.length), 1)[0] as T);
}
