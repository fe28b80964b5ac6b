import { compareDoubles, doubleOf, integerOf, longOf } from './java-numbers.js';
import { isNumber, type SqlNumber, type SqlValue } from './sql-tree.js';

/** Java throws here: the whole expression has no value then, and the message does not match. */
export const FAILED = Symbol('failed');
export type Failed = typeof FAILED;

/** What Java answers for two classes that it does not compare: "less". */
const INCOMPARABLE = -1;

const sign = <T extends string | number | bigint | boolean>(left: T, right: T): number => (left < right ? -1 : left > right ? 1 : 0);

/**
 * Less, equal or greater, by sign. The left operand decides much: a boolean there cannot be compared with a text, one on the right can.
 * As Java: ComparisonExpression.__compare.
 */
export function orderOf(left: Exclude<SqlValue, null>, right: Exclude<SqlValue, null>): number | Failed {
  if (typeof left === 'boolean') return booleanOrder(left, right);
  if (isNumber(left)) {
    if (isNumber(right)) return numberOrder(left, right);
    return typeof right === 'string' ? flipped(textOrder(right, left)) : INCOMPARABLE;
  }
  if (typeof right === 'string') return sign(left, right);
  return isNumber(right) ? textOrder(left, right) : sign(isTrue(left), right);
}

function booleanOrder(left: boolean, right: Exclude<SqlValue, null>): number | Failed {
  if (typeof right === 'boolean') return sign(left, right);
  return typeof right === 'string' ? FAILED : INCOMPARABLE;
}

const isTrue = (text: string) => /^true$/i.test(text);
const flipped = (order: number | Failed) => (order === FAILED ? FAILED : 0 - order);

function numberOrder(left: SqlNumber, right: SqlNumber): number {
  if (left.type === 'double' || right.type === 'double') return compareDoubles(Number(left.value), Number(right.value));
  // Whole numbers of both kinds compare exactly in JavaScript.
  return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
}

/** The text is read as a number of the other's class. */
export function textOrder(text: string, number: SqlNumber): number | Failed {
  switch (number.type) {
    case 'int': {
      const value = integerOf(text);
      return value === undefined ? FAILED : sign(value, number.value);
    }
    case 'long': {
      const value = longOf(text);
      return value === undefined ? FAILED : sign(value, number.value);
    }
    case 'double': {
      const value = doubleOf(text);
      return value === undefined ? FAILED : compareDoubles(value, number.value);
    }
  }
}

/** Two texts are in order by their values as numbers; they have no other order. As Java: ComparisonExpression.evaluate. */
export function textsOrder(left: string, right: string): number | Failed {
  const leftValue = doubleOf(left);
  const rightValue = doubleOf(right);
  return leftValue === undefined || rightValue === undefined ? FAILED : compareDoubles(leftValue, rightValue);
}
