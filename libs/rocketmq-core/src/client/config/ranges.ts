import { InvalidInput } from '../errors.js';

/**
 * The number, or `fallback` when there is none.
 * @throws InvalidInput when it is not a whole number from `min` to `max`
 */
export function ranged(field: string, value: number | undefined, fallback: number, range: readonly [min: number, max: number]): number {
  const number = value ?? fallback;
  const [min, max] = range;
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new InvalidInput(field, `${field} is ${number}: a whole number from ${min} to ${max} is expected`);
}

/** Longest time a timer of Node can wait. */
const DURATION_MAX_MS = 0x7fffffff;

/** A duration in milliseconds. @throws InvalidInput when it is out of range */
export function duration(field: string, value: number | undefined, fallback: number, min = 1): number {
  return ranged(field, value, fallback, [min, DURATION_MAX_MS]);
}
