import { Module, type DynamicModule } from '@nestjs/common';
import { join } from 'node:path';
import type { Settings } from '../settings.js';
import { Database } from './database.js';

@Module({})
export class DatabaseModule {
  static forRoot({ DATABASE_URL, DATA_DIR }: Settings): DynamicModule {
    const source = DATABASE_URL === undefined ? { folder: join(DATA_DIR, 'orders') } : { url: DATABASE_URL };
    return {
      module: DatabaseModule,
      global: true,
      providers: [{ provide: Database, useFactory: () => Database.open(source) }],
      exports: [Database],
    };
  }
}
