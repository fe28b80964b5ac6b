export {
  PostgresOutboxStore,
  type PgPool,
  type PgPoolClient,
  type PgQueries,
  type PostgresOutboxOptions,
} from './postgres-outbox.store.js';
