/** Messages in one request: the broker answers with an id for each, in one header field. */
const BATCH_COUNT_MAX = 1000;

/**
 * Cuts a list, in order, into parts whose sizes add up to at most `sizeMax`. One element that is larger than that makes a part of its own.
 * @returns the parts as [start, end) positions
 */
export function batchParts(
  sizes: readonly number[],
  sizeMax: number,
  countMax = BATCH_COUNT_MAX,
): (readonly [start: number, end: number])[] {
  const parts: (readonly [number, number])[] = [];
  let start = 0;
  let size = 0;
  sizes.forEach((next, at) => {
    if (at > start && (size + next > sizeMax || at - start >= countMax)) {
      parts.push([start, at]);
      start = at;
      size = 0;
    }
    size += next;
  });
  if (start < sizes.length) parts.push([start, sizes.length]);
  return parts;
}
