import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CREATE_TABLES } from './schema.js';

export type Queries = PgDatabase<PgQueryResultHKT>;

/** PostgreSQL by URL, or PGlite in a folder: the same dialect, the same queries. */
export class Database implements OnApplicationShutdown {
  private constructor(
    readonly queries: Queries,
    private readonly close: () => Promise<void>,
  ) {}

  static async open(source: { readonly url: string } | { readonly folder: string }): Promise<Database> {
    return 'url' in source ? Database.postgres(source.url) : Database.embedded(source.folder);
  }

  // Each driver is loaded only where it is used: PGlite alone is several megabytes of WebAssembly.
  private static async postgres(url: string): Promise<Database> {
    const { Pool } = (await import('pg')).default;
    const { drizzle } = await import('drizzle-orm/node-postgres');
    const pool = new Pool({ connectionString: url });
    const logger = new Logger(Database.name);
    // PostgreSQL may end a connection that nobody uses just now. The pool makes another one; unheard, the event would end the process.
    pool.on('error', (error) => logger.error(`PostgreSQL ended an idle connection: ${error.message}`));
    await pool.query(CREATE_TABLES);
    return new Database(drizzle(pool), () => pool.end());
  }

  private static async embedded(folder: string): Promise<Database> {
    const { PGlite } = await import('@electric-sql/pglite');
    const { drizzle } = await import('drizzle-orm/pglite');
    await mkdir(dirname(folder), { recursive: true });
    const client = await PGlite.create(folder);
    await client.exec(CREATE_TABLES);
    return new Database(drizzle(client), () => client.close());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}
