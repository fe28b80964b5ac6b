import 'reflect-metadata';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import request from 'supertest';
import { startOrderService } from '../order-service.js';
import { ordersSuite } from '../orders.suite.js';
import { Postgres } from './postgres.js';

describe('the order service on PostgreSQL', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await Postgres.start();
  }, 120_000);
  // After the suite's own, which closes the connections.
  afterAll(() => postgres.stop());

  describe('by URL', () => {
    ordersSuite(() => startOrderService({ DATABASE_URL: postgres.url }));
  });

  it('lives on when PostgreSQL ends its idle connections', async () => {
    const service = await startOrderService({ DATABASE_URL: postgres.url });
    const logged = new Promise<unknown>((resolve) => jest.spyOn(Logger.prototype, 'error').mockImplementation(resolve));
    const other = new pg.Client({ connectionString: postgres.url });
    await other.connect();
    await other.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await other.end();
    expect(await logged).toMatch('PostgreSQL ended an idle connection');
    await request(service.app.getHttpServer() as Parameters<typeof request>[0])
      .post('/orders')
      .send({ customer: 'ada', sku: 'book', quantity: 1 })
      .expect(201);
    await service.stop();
    jest.restoreAllMocks();
  });
});
