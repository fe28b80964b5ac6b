/** A number with the Java class it has, which decides how a text is converted to be compared with it. */
export type SqlNumber = { readonly type: 'int' | 'double'; readonly value: number } | { readonly type: 'long'; readonly value: bigint };

/** Null stands for "unknown". */
export type SqlValue = string | boolean | null | SqlNumber;

export type CompareOperator = '=' | '>' | '>=' | '<' | '<=';

/** An expression, checked: what cannot be evaluated does not become a tree. As Java: the classes of rocketmq-filter's package expression. */
export type SqlNode =
  | { readonly kind: 'constant'; readonly value: SqlValue }
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'negative'; readonly operand: SqlNode }
  | { readonly kind: 'not'; readonly operand: SqlNode }
  /** A property where a condition belongs. Property values are texts, so it is never true. */
  | { readonly kind: 'cast'; readonly operand: SqlNode }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly SqlNode[] }
  | { readonly kind: 'compare'; readonly operator: CompareOperator; readonly left: SqlNode; readonly right: SqlNode }
  | { readonly kind: 'is-null'; readonly operand: SqlNode }
  | { readonly kind: 'in'; readonly name: string; readonly texts: ReadonlySet<string>; readonly not: boolean }
  | {
      readonly kind: 'text';
      readonly test: 'CONTAINS' | 'STARTSWITH' | 'ENDSWITH';
      readonly operand: SqlNode;
      readonly text: string;
      readonly not: boolean;
    };

/** Whether the node is true, false or unknown, rather than a text or a number. */
export function isCondition(node: SqlNode): boolean {
  if (node.kind === 'constant') return node.value === null || typeof node.value === 'boolean';
  return node.kind !== 'property' && node.kind !== 'negative';
}

export const isNumber = (value: SqlValue): value is SqlNumber => typeof value === 'object' && value !== null;
