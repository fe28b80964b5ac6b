import type { OutboxAttributes, OutboxFailure, OutboxLease, OutboxMessage, OutboxStore } from '../outbox-store.js';

/** What runs statements: a client of `pg` inside the caller's transaction, or anything alike. */
export interface PgQueries {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** A client that a pool hands out. */
export interface PgPoolClient extends PgQueries {
  on(event: 'notification' | 'error' | 'end', listener: () => void): unknown;
  release(destroy?: boolean): void;
}

/** The pool of `pg`. */
export interface PgPool extends PgQueries {
  connect(): Promise<PgPoolClient>;
}

export interface PostgresOutboxOptions {
  readonly pool: PgPool;
  /** Default `rocketmq_outbox`; may name a schema. */
  readonly table?: string;
}

const NAME = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/;

interface Row {
  readonly id: string;
  readonly topic: string;
  readonly body: Uint8Array;
  readonly ordering_key: string | null;
  readonly attributes: OutboxAttributes;
}

/**
 * Keeps the messages in a table of PostgreSQL 13 or later. The order of a key is that of the commits: whoever adds to a key holds a lock on it to the end
 * of his transaction. The lease is an advisory lock of a session, which dies with its connection.
 */
export class PostgresOutboxStore implements OutboxStore<PgQueries> {
  private readonly pool: PgPool;
  private readonly table: string;
  private readonly channel: string;

  /** @throws TypeError for a name that would have to be quoted */
  constructor({ pool, table = 'rocketmq_outbox' }: PostgresOutboxOptions) {
    if (!NAME.test(table)) throw new TypeError(`${JSON.stringify(table)} is no plain lower-case table name`);
    this.pool = pool;
    this.table = table;
    this.channel = table.replace('.', '_');
  }

  /** The statements that make the table, for a migration. Nothing happens where it exists. */
  get schema(): string {
    return `
      CREATE TABLE IF NOT EXISTS ${this.table} (
        position bigserial PRIMARY KEY,
        id uuid NOT NULL UNIQUE,
        topic text NOT NULL,
        ordering_key text,
        attributes jsonb NOT NULL,
        body bytea NOT NULL,
        added_at timestamptz NOT NULL DEFAULT now(),
        next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
        failed_at timestamptz,
        last_error text
      );
      CREATE INDEX IF NOT EXISTS ${this.channel}_by_key ON ${this.table} (ordering_key, position) WHERE ordering_key IS NOT NULL AND failed_at IS NULL;
    `;
  }

  async createTable(): Promise<void> {
    await this.pool.query(this.schema);
  }

  async append(transaction: PgQueries, messages: readonly OutboxMessage[]): Promise<void> {
    // Sorted, so that two transactions with the same keys do not wait for each other.
    const keys = [...new Set(messages.flatMap(({ orderingKey }) => orderingKey ?? []))].sort();
    for (const key of keys) await transaction.query('SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))', [this.table, key]);
    const columns = ['uuid', 'text', 'text', 'jsonb', 'bytea'].map((type, at) => `$${at + 1}::${type}[]`).join(', ');
    await transaction.query(`INSERT INTO ${this.table} (id, topic, ordering_key, attributes, body) SELECT * FROM unnest(${columns})`, [
      messages.map(({ id }) => id),
      messages.map(({ topic }) => topic),
      messages.map(({ orderingKey }) => orderingKey ?? null),
      messages.map(({ attributes }) => JSON.stringify(attributes)),
      messages.map(({ body }) => body),
    ]);
    // Heard when the transaction commits, and only then.
    await transaction.query(`NOTIFY ${this.channel}`);
  }

  async lease(onWake: () => void): Promise<OutboxLease | undefined> {
    const client = await this.pool.connect();
    try {
      const { rows } = await client.query('SELECT pg_try_advisory_lock(hashtext($1), 0) AS mine', [`relay of ${this.table}`]);
      if (!(rows[0] as { mine: boolean }).mine) {
        client.release();
        return undefined;
      }
      const lease = new PostgresLease(client, this.table);
      client.on('notification', onWake);
      await client.query(`LISTEN ${this.channel}`);
      return lease;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}

class PostgresLease implements OutboxLease {
  private gone = false;

  constructor(
    private readonly client: PgPoolClient,
    private readonly table: string,
  ) {
    const lose = () => {
      if (!this.gone) client.release(true);
      this.gone = true;
    };
    client.on('error', lose);
    client.on('end', lose);
  }

  get lost(): boolean {
    return this.gone;
  }

  async due(limit: number): Promise<readonly OutboxMessage[]> {
    const { rows } = await this.client.query(
      `SELECT id, topic, ordering_key, attributes, body FROM ${this.table} AS message
       WHERE failed_at IS NULL AND next_attempt_at <= now() AND NOT EXISTS (
         SELECT FROM ${this.table} AS earlier
         WHERE earlier.ordering_key = message.ordering_key AND earlier.position < message.position
           AND earlier.failed_at IS NULL AND earlier.next_attempt_at > now())
       ORDER BY position LIMIT $1`,
      [limit],
    );
    return (rows as Row[]).map(({ id, topic, body, ordering_key: key, attributes }) => ({
      ...{ id, topic, attributes },
      body: Buffer.from(body),
      orderingKey: key ?? undefined,
    }));
  }

  async sent(ids: readonly string[]): Promise<void> {
    await this.client.query(`DELETE FROM ${this.table} WHERE id = ANY($1::uuid[])`, [ids]);
  }

  async failed({ id, error, retryInMs }: OutboxFailure): Promise<void> {
    const change =
      retryInMs === undefined ? `failed_at = now()` : `next_attempt_at = now() + make_interval(secs => $3::double precision / 1000)`;
    const values = retryInMs === undefined ? [id, error] : [id, error, retryInMs];
    await this.client.query(`UPDATE ${this.table} SET last_error = $2, ${change} WHERE id = $1`, values);
  }

  // The connection goes with the lock: a pooled one would go on listening.
  async release(): Promise<void> {
    if (this.gone) return;
    this.gone = true;
    this.client.release(true);
    await Promise.resolve();
  }
}
