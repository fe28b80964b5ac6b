/** A statement of PostgreSQL: its text between the values. */
export interface SqlStatement {
  readonly texts: readonly string[];
  /** One less than texts. */
  readonly values: readonly (string | number)[];
}

/** How the store gets a transaction, and what it does in it. `Tx` is what handlers work with. */
export interface SqlTransactions<Tx> {
  /** Begins a transaction; commits when the work resolves, rolls back when it rejects, and settles as it does. */
  runInTransaction<T>(work: (transaction: Tx) => Promise<T>): Promise<T>;
  /** @returns the rows, as an array or under `rows` */
  execute(transaction: Tx, statement: SqlStatement): Promise<unknown>;
}

/** With `$1`, `$2`… in the place of the values. */
export function numbered({ texts }: SqlStatement): string {
  return texts.reduce((text, part, at) => `${text}$${at}${part}`);
}

export function rowsOf(result: unknown): readonly unknown[] {
  if (Array.isArray(result)) return result;
  const rows = typeof result === 'object' && result !== null && 'rows' in result ? result.rows : undefined;
  if (Array.isArray(rows)) return rows;
  throw new Error('the statement returned no rows: is the database PostgreSQL?');
}
