import { AsyncLocalStorage } from 'node:async_hooks';
import type { IdempotencyEntry, IdempotencyResult, IdempotencyStore } from '../idempotency-store.js';
import { rowsOf, type SqlStatement, type SqlTransactions } from './sql-transactions.js';

export interface SqlIdempotencyOptions<Tx> {
  /** From `pgTransactions`, `drizzleTransactions`, `typeOrmTransactions`, or of one's own. */
  readonly transactions: SqlTransactions<Tx>;
  /** Table with the keys, with its schema if need be. Default `rocketmq_idempotency`. */
  readonly table?: string;
}

const TABLE = 'rocketmq_idempotency';

/**
 * Remembers in PostgreSQL, by a unique key that is written in the transaction of the handler: what the handler writes with `transaction()` and the key
 * are committed together or not at all. So it happens exactly once, as long as everything that the handler does is in that transaction.
 *
 * A second delivery waits for the first one's transaction: it is never "in progress".
 */
export class SqlIdempotencyStore<Tx> implements IdempotencyStore {
  private readonly current = new AsyncLocalStorage<Tx>();
  private readonly table: string;

  constructor(private readonly options: SqlIdempotencyOptions<Tx>) {
    this.table = options.table ?? TABLE;
    if (!/^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)?$/.test(this.table)) throw new Error(`${this.table} is not the name of a table`);
  }

  /** The statement that makes the table, for a migration. */
  get createTableSql(): string {
    return `CREATE TABLE IF NOT EXISTS ${this.table} (
  consumer_group varchar(255) NOT NULL,
  message_key varchar(1024) NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (consumer_group, message_key)
)`;
  }

  /** @throws Error where no transactions were given: without them nothing would be exactly once */
  prepare(): void {
    const transactions = this.options.transactions as Partial<SqlTransactions<Tx>> | undefined;
    if (typeof transactions?.runInTransaction !== 'function' || typeof transactions.execute !== 'function') {
      throw new Error('SqlIdempotencyStore needs transactions: from pgTransactions, drizzleTransactions, typeOrmTransactions, or your own');
    }
  }

  /** Makes the table if it is not there. */
  async createTable(): Promise<void> {
    await this.execute({ texts: [this.createTableSql], values: [] });
  }

  /** Forgets what may be forgotten. @returns how many keys */
  async purge(): Promise<number> {
    const statement = { texts: [`DELETE FROM ${this.table} WHERE expires_at <= clock_timestamp() RETURNING 1 AS one`], values: [] };
    return this.options.transactions.runInTransaction(async (transaction) => {
      const result = await this.options.transactions.execute(transaction, statement);
      // TypeORM answers a DELETE with its rows and their number.
      const [rows, count] = Array.isArray(result) ? (result as unknown[]) : [];
      return Array.isArray(rows) && typeof count === 'number' ? count : rowsOf(result).length;
    });
  }

  /** The transaction of the handler that runs. @throws Error outside of an idempotent handler */
  transaction(): Tx {
    const transaction = this.current.getStore();
    if (transaction === undefined) throw new Error('there is no transaction here: no handler with @Idempotent of this store is running');
    return transaction;
  }

  run({ group, key, ttlMs }: IdempotencyEntry, work: () => Promise<void>): Promise<IdempotencyResult> {
    const { table } = this;
    const { transactions } = this.options;
    const claim: SqlStatement = {
      texts: [
        `INSERT INTO ${table} (consumer_group, message_key, expires_at) VALUES (`,
        ', ',
        `, clock_timestamp() + `,
        ` * interval '1 millisecond') ON CONFLICT (consumer_group, message_key) DO UPDATE SET expires_at = excluded.expires_at ` +
          `WHERE ${table}.expires_at <= clock_timestamp() RETURNING 1 AS one`,
      ],
      values: [group, key, ttlMs],
    };
    return transactions.runInTransaction(async (transaction) => {
      if (rowsOf(await transactions.execute(transaction, claim)).length === 0) return 'done';
      await this.current.run(transaction, work);
      return 'ran';
    });
  }

  private execute(statement: SqlStatement): Promise<unknown> {
    const { transactions } = this.options;
    return transactions.runInTransaction((transaction) => transactions.execute(transaction, statement));
  }
}
