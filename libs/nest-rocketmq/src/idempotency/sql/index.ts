export {
  drizzleTransactions,
  pgTransactions,
  typeOrmTransactions,
  type DrizzleDatabase,
  type PgClient,
  type PgPool,
  type TypeOrmDataSource,
  type TypeOrmManager,
} from './adapters.js';
export { SqlIdempotencyStore, type SqlIdempotencyOptions } from './sql-idempotency-store.js';
export type { SqlStatement, SqlTransactions } from './sql-transactions.js';
