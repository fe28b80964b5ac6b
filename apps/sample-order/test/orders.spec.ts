import 'reflect-metadata';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { freePort } from './free-port.js';
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
  }, 120_000);

  it('ends what it has started when its HTTP port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const ports = { HTTP_PORT: String((taken.address() as AddressInfo).port), NAMESRV_PORT: String(await freePort()) };
    const folder = await mkdtemp(join(tmpdir(), 'sample-order-'));
    await expect(startOrderService(ports, folder)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    taken.close();
    await once(taken, 'close');
    // The same port and the same folder: a name server, a broker or a database that still ran would have them.
    const service = await startOrderService(ports, folder);
    await service.stop();
  }, 120_000);
});
