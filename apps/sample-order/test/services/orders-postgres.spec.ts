import 'reflect-metadata';
import { startOrderService } from '../order-service.js';
import { ordersSuite } from '../orders.suite.js';
import { Postgres } from './postgres.js';

describe('the order service on PostgreSQL', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await Postgres.start();
  }, 60_000);
  // After the suite's own, which closes the connections.
  afterAll(() => postgres.stop());

  describe('by URL', () => {
    ordersSuite(() => startOrderService({ DATABASE_URL: postgres.url }));
  });
});
