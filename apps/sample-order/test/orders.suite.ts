import { EventEmitter, once } from 'node:events';
import { RocketMQTemplate } from 'nest-rocketmq';
import request from 'supertest';
import { OrdersService } from '../src/orders/orders.service.js';
import type { OrderService } from './order-service.js';

const order = { customer: 'ada', sku: 'book', quantity: 1 };

interface Answer {
  readonly id: string;
}

/** What an order service does, whatever database it stores its orders in. */
export function ordersSuite(start: () => Promise<OrderService>): void {
  let service: OrderService;
  const confirmed = new EventEmitter();
  const seen = new Set<string>();

  // PostgreSQL as WebAssembly takes half a minute to start on a busy machine.
  beforeAll(async () => {
    service = await start();
    const orders = service.app.get(OrdersService);
    const confirm = orders.confirm.bind(orders);
    // Tells when the listener has done a message, so that no test has to look again and again.
    orders.confirm = async (event) => {
      await confirm(event);
      seen.add(event.orderId);
      confirmed.emit(event.orderId);
    };
  }, 120_000);
  afterAll(() => service.stop());

  const http = () => request(service.app.getHttpServer() as Parameters<typeof request>[0]);
  const place = (body: object, key?: string) => {
    const post = http().post('/orders').send(body);
    return key === undefined ? post : post.set('Idempotency-Key', key);
  };
  const idOf = (response: { body: unknown }) => (response.body as Answer).id;

  it('stores an order, publishes it, and confirms it when the message arrives', async () => {
    const placed = await place(order, 'key-1').expect(201);
    expect(placed.body).toEqual({ id: expect.any(String) as string, ...order, status: 'PLACED' });
    const id = idOf(placed);
    await http().get(`/orders/${id}`).expect(200);
    if (!seen.has(id)) await once(confirmed, id);
    const done = await http().get(`/orders/${id}`).expect(200);
    expect(done.body).toMatchObject({ id, status: 'CONFIRMED', confirmations: 1 });
  });

  it('gives the first answer again for the same Idempotency-Key, also to ten at once', async () => {
    const responses = await Promise.all(Array.from({ length: 10 }, () => place(order, 'key-2')));
    expect(responses.map((response) => response.status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(new Set(responses.map(idOf)).size).toBe(1);
    const again = await place(order, 'key-2').expect(201);
    expect(again.body).toEqual(responses[0]?.body);
  });

  it('refuses the key of another order', async () => {
    await place(order, 'key-3').expect(201);
    await place({ ...order, quantity: 2 }, 'key-3').expect(409);
  });

  it('confirms once, however often the message is delivered', async () => {
    const id = idOf(await place(order).expect(201));
    const template = service.app.get(RocketMQTemplate);
    for (let i = 0; i < 3; i += 1) {
      const delivered = once(confirmed, id);
      await template.send('orders:placed', { orderId: id, ...order }, { keys: id });
      await delivered;
    }
    const { body } = await http().get(`/orders/${id}`).expect(200);
    expect(body).toMatchObject({ status: 'CONFIRMED', confirmations: 1 });
  });

  it.each([
    [{ customer: 'ada', quantity: 1 }, 'sku'],
    [{ ...order, quantity: 0 }, 'quantity'],
    [{ ...order, price: 1 }, 'price'],
  ])('refuses %j and names the field', async (body, field) => {
    const response = await place(body).expect(400);
    expect((response.body as { message: string }).message).toContain(field);
  });

  it('knows no order that was not placed', async () => {
    await http().get('/orders/none').expect(404);
  });
}
