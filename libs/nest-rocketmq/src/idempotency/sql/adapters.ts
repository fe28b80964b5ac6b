import { numbered, type SqlTransactions } from './sql-transactions.js';

/** What is needed of a client of `pg`. */
export interface PgClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** What is needed of a `Pool` of `pg`. */
export interface PgPool<Client extends PgClient> {
  connect(): Promise<Client & { release(error?: Error | boolean): void }>;
}

/** Transactions of a `Pool` of `pg`; handlers work with its client. */
export function pgTransactions<Client extends PgClient>(pool: PgPool<Client>): SqlTransactions<Client> {
  return {
    runInTransaction: async (work) => {
      const client = await pool.connect();
      // A connection whose transaction has an unknown end must not be used again.
      let broken = true;
      try {
        await client.query('BEGIN');
        const result = await work(client).catch(async (error: unknown) => {
          await client.query('ROLLBACK');
          broken = false;
          throw error;
        });
        await client.query('COMMIT');
        broken = false;
        return result;
      } finally {
        client.release(broken);
      }
    },
    execute: (client, statement) => client.query(numbered(statement), [...statement.values]),
  };
}

/** What is needed of a drizzle database; its transactions have `execute`. */
export interface DrizzleDatabase<Tx, Sql> {
  transaction<T>(work: (transaction: Tx & { execute(query: Sql): PromiseLike<unknown> }) => Promise<T>): Promise<T>;
}

/**
 * Transactions of drizzle; handlers work with its `tx`.
 * @param sql the tag of that name of `drizzle-orm`
 */
export function drizzleTransactions<Tx, Sql>(
  db: DrizzleDatabase<Tx, Sql>,
  sql: (texts: TemplateStringsArray, ...values: unknown[]) => Sql,
): SqlTransactions<Tx & { execute(query: Sql): PromiseLike<unknown> }> {
  return {
    runInTransaction: (work) => db.transaction(work),
    execute: async (transaction, { texts, values }) => transaction.execute(sql(Object.assign([...texts], { raw: [...texts] }), ...values)),
  };
}

/** What is needed of a `DataSource` of TypeORM. */
export interface TypeOrmDataSource<Manager extends TypeOrmManager> {
  transaction<T>(work: (manager: Manager) => Promise<T>): Promise<T>;
}

export interface TypeOrmManager {
  query(text: string, values?: unknown[]): Promise<unknown>;
}

/** Transactions of TypeORM; handlers work with the `EntityManager`. */
export function typeOrmTransactions<Manager extends TypeOrmManager>(dataSource: TypeOrmDataSource<Manager>): SqlTransactions<Manager> {
  return {
    runInTransaction: (work) => dataSource.transaction(work),
    execute: (manager, statement) => manager.query(numbered(statement), [...statement.values]),
  };
}
