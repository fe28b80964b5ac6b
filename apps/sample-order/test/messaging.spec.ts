import 'reflect-metadata';
import { jest } from '@jest/globals';
import { RocketMQTesting } from 'nest-rocketmq/testing';
import request from 'supertest';
import { topics } from '../src/orders/order.js';
import { Carrier, ShippingListener } from '../src/orders/shipping.js';
import { startOrderService, type OrderService } from './order-service.js';

const order = { customer: 'ada', sku: 'book', quantity: 1 };

describe('the messages of the order service', () => {
  let testing: RocketMQTesting;
  let service: OrderService;

  beforeAll(async () => {
    testing = await RocketMQTesting.start();
    service = await startOrderService({ NAMESRV_ADDR: testing.namesrvAddr, PAYMENT_TIMEOUT_S: '60' });
  }, 120_000);
  afterAll(async () => {
    await service.stop();
    await testing.stop();
  });

  const http = () => request(service.app.getHttpServer() as Parameters<typeof request>[0]);
  const placed = async (): Promise<string> => ((await http().post('/orders').send(order).expect(201)).body as { id: string }).id;
  const changed = (id: string, event: string) =>
    testing.waitFor(topics.changed, ({ payload }) => payload.orderId === id && payload.event === event);
  const statusOf = async (id: string) => ((await http().get(`/orders/${id}`).expect(200)).body as { status: string }).status;

  it('cancels an order that is not paid in time, and leaves one that is', async () => {
    const [unpaid, paid] = [await placed(), await placed()];
    await changed(unpaid, 'confirmed');
    await changed(paid, 'confirmed');
    await http().post(`/orders/${paid}/pay`).expect(204);
    await testing.advance(62_000);
    await changed(unpaid, 'cancelled');
    await testing.waitFor(topics.paymentDue, ({ payload }) => payload.orderId === paid);
    await testing.drain();
    expect([await statusOf(unpaid), await statusOf(paid)]).toEqual(['CANCELLED', 'PAID']);
    await http().post(`/orders/${unpaid}/pay`).expect(409);
    expect((await http().get(`/orders/${unpaid}/history`)).body).toEqual(['confirmed', 'cancelled']);
    expect((await http().get(`/orders/${paid}/history`)).body).toEqual(['confirmed', 'paid']);
  }, 120_000);

  it('publishes nothing for an order that could not be stored', async () => {
    const before = (await testing.published(topics.placed)).length;
    const key = 'once';
    const answers = await Promise.all([1, 2, 3].map(() => http().post('/orders').set('Idempotency-Key', key).send(order)));
    expect(new Set(answers.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
    const [{ id } = { id: '' }] = answers.map(({ body }) => body as { id: string });
    await changed(id, 'confirmed');
    await testing.drain();
    expect((await testing.published(topics.placed)).length).toBe(before + 1);
  }, 120_000);

  it('tries a carrier that is down again, and keeps what it refuses', async () => {
    const ship = jest.spyOn(service.app.get(Carrier), 'ship');
    ship.mockRejectedValueOnce(new Error('the carrier is down'));
    const shipping = service.app.get(ShippingListener);
    const id = await placed();
    await http().post(`/orders/${id}/pay`).expect(204);
    await testing.waitFor(topics.shipment, ({ payload }) => payload.orderId === id);
    await testing.drain();
    ship.mockResolvedValueOnce('refused');
    await testing.advance(11_000);
    await testing.waitFor('%DLQ%order-shipping');
    await testing.drain({ timeoutMs: 15_000 });
    expect(shipping.refused).toEqual([id]);
  }, 120_000);
});
