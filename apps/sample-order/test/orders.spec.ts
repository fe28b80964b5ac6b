import 'reflect-metadata';
import request from 'supertest';
import { startOrderService } from './order-service.js';
import { ordersSuite } from './orders.suite.js';

describe('the order service on PGlite', () => {
  ordersSuite(() => startOrderService());

  it('finds its orders and answers its keys after a restart', async () => {
    const first = await startOrderService();
    const post = (service: typeof first) =>
      request(service.app.getHttpServer() as Parameters<typeof request>[0])
        .post('/orders')
        .set('Idempotency-Key', 'kept')
        .send({ customer: 'grace', sku: 'ship', quantity: 3 })
        .expect(201);
    const answer = await post(first);
    await first.stop(true);
    const second = await startOrderService({}, first.folder);
    expect((await post(second)).body).toEqual(answer.body);
    await second.stop();
  }, 60_000);
});
