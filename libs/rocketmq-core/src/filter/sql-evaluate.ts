import { FAILED, orderOf, textOrder, textsOrder, type Failed } from './sql-compare.js';
import { isNumber, type CompareOperator, type SqlNode, type SqlNumber, type SqlValue } from './sql-tree.js';

/** The value of a property; undefined when the message has none. */
export type PropertyLookup = (name: string) => string | undefined;
/** Null is "unknown"; FAILED is what Java throws for. */
export type SqlTest = (lookup: PropertyLookup) => boolean | null | Failed;
type Term = (lookup: PropertyLookup) => SqlValue | Failed;

type Node<K extends SqlNode['kind']> = Extract<SqlNode, { kind: K }>;

// A tree becomes one function: what can be decided once is decided here and not for each of the hundreds of messages of a pull.
export function testOf(node: SqlNode): SqlTest {
  switch (node.kind) {
    case 'and':
      return all(node.operands.map(testOf), false);
    case 'or':
      return all(node.operands.map(testOf), true);
    case 'not':
      return negated(testOf(node.operand));
    case 'compare':
      return comparison(node);
    case 'is-null':
      return nullTest(termOf(node.operand));
    case 'in':
      return membership(node);
    case 'text':
      return textTest(node);
    case 'cast':
      return castOf(termOf(node.operand));
    case 'constant':
      return constantTest(node.value);
    // Never a condition: the parser puts a cast around a property and refuses a sign.
    case 'property':
    case 'negative':
      return () => null;
  }
}

/** Up to the first operand that decides: false for AND, true for OR. As Java: LogicExpression. */
function all(operands: readonly SqlTest[], deciding: boolean): SqlTest {
  return (lookup) => {
    let unknown = false;
    for (const operand of operands) {
      const value = operand(lookup);
      if (value === deciding || value === FAILED) return value;
      if (value === null) unknown = true;
    }
    return unknown ? null : !deciding;
  };
}

function negated(operand: SqlTest): SqlTest {
  return (lookup) => {
    const value = operand(lookup);
    return typeof value === 'boolean' ? !value : value;
  };
}

function nullTest(operand: Term): SqlTest {
  return (lookup) => {
    const value = operand(lookup);
    return value === FAILED ? FAILED : value === null;
  };
}

function castOf(operand: Term): SqlTest {
  return (lookup) => {
    const value = operand(lookup);
    return value === null || value === FAILED || typeof value === 'boolean' ? value : false;
  };
}

function constantTest(value: SqlValue): SqlTest {
  const truth = typeof value === 'boolean' ? value : null;
  return () => truth;
}

function membership({ name, texts, not }: Node<'in'>): SqlTest {
  return (lookup) => {
    const value = lookup(name);
    return value === undefined ? null : texts.has(value) !== not;
  };
}

const textTests: Readonly<Record<Node<'text'>['test'], (value: string, text: string) => boolean>> = {
  CONTAINS: (value, text) => value.includes(text),
  STARTSWITH: (value, text) => value.startsWith(text),
  ENDSWITH: (value, text) => value.endsWith(text),
};

/** False, not unknown, for an empty literal, a missing property and what is no text; with NOT too. As Java: ContainsExpression and the like. */
function textTest({ test, operand, text, not }: Node<'text'>): SqlTest {
  if (text === '') return () => false;
  const term = termOf(operand);
  const found = textTests[test];
  return (lookup) => {
    const value = term(lookup);
    if (value === FAILED) return FAILED;
    return typeof value === 'string' && found(value, text) !== not;
  };
}

function termOf(node: SqlNode): Term {
  if (node.kind === 'property') {
    const { name } = node;
    return (lookup) => lookup(name) ?? null;
  }
  if (node.kind === 'constant') {
    const { value } = node;
    return () => value;
  }
  if (node.kind === 'negative') return negative(node.operand);
  return testOf(node);
}

function negative(operand: SqlNode): Term {
  const number = numberOf(operand);
  if (number !== undefined) {
    const value = minus(number);
    return () => value;
  }
  // Only constants are numbers. What else is there is evaluated, because it may fail.
  const term = termOf(operand);
  return (lookup) => (term(lookup) === FAILED ? FAILED : null);
}

/** The number that a node stands for, whatever the message. */
function numberOf(node: SqlNode): SqlNumber | undefined {
  if (node.kind === 'constant') return isNumber(node.value) ? node.value : undefined;
  if (node.kind !== 'negative') return undefined;
  const number = numberOf(node.operand);
  return number === undefined ? undefined : minus(number);
}

function minus(number: SqlNumber): SqlNumber {
  if (number.type === 'long') return { type: 'long', value: -number.value };
  return { type: number.type, value: 0 - number.value };
}

const accepts: Readonly<Record<CompareOperator, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
};

function comparison(node: Node<'compare'>): SqlTest {
  const { left, right, operator } = node;
  const accept = accepts[operator];
  const number = numberOf(right);
  // By far the most usual forms go without the general way.
  if (left.kind === 'property' && number !== undefined) return propertyAndNumber(left.name, number, accept);
  if (operator === '=') return equality(termOf(left), termOf(right));
  return ordering(termOf(left), termOf(right), accept);
}

function propertyAndNumber(name: string, number: SqlNumber, accept: (order: number) => boolean): SqlTest {
  return (lookup) => {
    const text = lookup(name);
    if (text === undefined) return null;
    const order = textOrder(text, number);
    return order === FAILED ? FAILED : accept(order);
  };
}

/** Unknown only if it is the left side that is missing; two missing sides are equal. As Java: ComparisonExpression.doCreateEqual. */
function equality(left: Term, right: Term): SqlTest {
  return (lookup) => {
    const leftValue = left(lookup);
    if (leftValue === FAILED) return FAILED;
    const rightValue = right(lookup);
    if (rightValue === FAILED) return FAILED;
    if (leftValue === null) return rightValue === null ? true : null;
    if (rightValue === null) return false;
    if (leftValue === rightValue) return true;
    const order = orderOf(leftValue, rightValue);
    return order === FAILED ? FAILED : order === 0;
  };
}

function ordering(left: Term, right: Term, accept: (order: number) => boolean): SqlTest {
  return (lookup) => {
    const leftValue = left(lookup);
    if (leftValue === null || leftValue === FAILED) return leftValue;
    const rightValue = right(lookup);
    if (rightValue === null || rightValue === FAILED) return rightValue;
    const bothTexts = typeof leftValue === 'string' && typeof rightValue === 'string';
    const order = bothTexts ? textsOrder(leftValue, rightValue) : orderOf(leftValue, rightValue);
    return order === FAILED ? FAILED : accept(order);
  };
}
