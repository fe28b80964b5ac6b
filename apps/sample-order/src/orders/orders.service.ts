import { ConflictException, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { RocketMQTemplate } from 'nest-rocketmq';
import { randomUUID } from 'node:crypto';
import { Database } from '../database/database.js';
import { orderHistory, orders, processedMessages } from '../database/schema.js';
import { CONFIRMATION_GROUP, topics, type OrderChanged, type OrderPlaced, type OrderRequest } from './order.js';

type OrderRow = typeof orders.$inferSelect;

/** How long an order may stay unpaid, milliseconds. */
export const PAYMENT_TIMEOUT_MS = Symbol('PAYMENT_TIMEOUT_MS');

@Injectable()
export class OrdersService {
  constructor(
    private readonly database: Database,
    private readonly template: RocketMQTemplate,
    @Inject(PAYMENT_TIMEOUT_MS) private readonly paymentTimeoutMs: number,
  ) {}

  /** Stores the order and publishes it: both or none. The same `idempotencyKey` gives the first answer again, and publishes nothing. */
  async place(request: OrderRequest, idempotencyKey: string) {
    const order = (await this.byKey(idempotencyKey)) ?? (await this.publish(request, idempotencyKey));
    const same = order.customer === request.customer && order.sku === request.sku && order.quantity === request.quantity;
    if (!same) throw new ConflictException('this Idempotency-Key was used for another order');
    return { id: order.id, customer: order.customer, sku: order.sku, quantity: order.quantity, status: 'PLACED' as const };
  }

  async find(id: string) {
    const order = await this.byId(id);
    const { customer, sku, quantity, status, confirmations, createdAt } = order;
    return { id, customer, sku, quantity, status, confirmations, createdAt };
  }

  /** What happened to the order, in its order. */
  async history(id: string): Promise<readonly string[]> {
    const rows = await this.database.queries
      .select()
      .from(orderHistory)
      .where(eq(orderHistory.orderId, id))
      .orderBy(asc(orderHistory.position));
    return rows.map(({ event }) => event);
  }

  /** Paying twice is paying once. */
  async pay(id: string): Promise<void> {
    const [paid] = await this.database.queries
      .update(orders)
      .set({ status: 'PAID' })
      .where(and(eq(orders.id, id), inArray(orders.status, ['PLACED', 'CONFIRMED'])))
      .returning();
    if (!paid && (await this.byId(id)).status !== 'PAID') throw new ConflictException('the order was cancelled');
    await this.changed(id, 'paid');
    await this.template.send(topics.shipment, { orderId: id }, { keys: id });
  }

  /**
   * Changes nothing for an order that is confirmed already: the key and the change are one transaction. What follows is sent again each time, because the
   * process may have died before it; those who listen take it once.
   */
  async confirm({ orderId }: OrderPlaced): Promise<void> {
    await this.database.queries.transaction(async (transaction) => {
      const key = { consumerGroup: CONFIRMATION_GROUP, messageKey: orderId };
      const [first] = await transaction.insert(processedMessages).values(key).onConflictDoNothing().returning();
      if (!first) return;
      const change = { status: 'CONFIRMED' as const, confirmations: sql`${orders.confirmations} + 1` };
      await transaction
        .update(orders)
        .set(change)
        .where(and(eq(orders.id, orderId), eq(orders.status, 'PLACED')));
    });
    await this.changed(orderId, 'confirmed');
    await this.template.send(topics.paymentDue, { orderId }, { keys: orderId, delayMs: this.paymentTimeoutMs });
  }

  /** Comes by a delayed message, perhaps twice, perhaps after the payment. */
  async cancelUnpaid(id: string): Promise<void> {
    await this.database.queries
      .update(orders)
      .set({ status: 'CANCELLED' })
      .where(and(eq(orders.id, id), eq(orders.status, 'CONFIRMED')));
    if ((await this.byId(id)).status === 'CANCELLED') await this.changed(id, 'cancelled');
  }

  /** @returns false when the key has an order already */
  async store(id: string, request: OrderRequest, idempotencyKey: string): Promise<boolean> {
    const row = { id, idempotencyKey, status: 'PLACED' as const, ...request };
    const stored = await this.database.queries
      .insert(orders)
      .values(row)
      .onConflictDoNothing({ target: orders.idempotencyKey })
      .returning();
    return stored.length > 0;
  }

  async exists(id: string): Promise<boolean> {
    return (await this.database.queries.select().from(orders).where(eq(orders.id, id))).length > 0;
  }

  private async publish(request: OrderRequest, idempotencyKey: string): Promise<OrderRow> {
    const orderId = randomUUID();
    const message = { destination: topics.placed, payload: { orderId, ...request }, keys: orderId };
    const { localError } = await this.template.sendInTransaction(message, { request, idempotencyKey });
    if (localError !== undefined)
      throw localError instanceof Error ? localError : new Error('the order was not stored', { cause: localError });
    const order = await this.byKey(idempotencyKey);
    if (!order) throw new Error(`the order ${orderId} was not stored`);
    return order;
  }

  private async changed(orderId: string, event: OrderChanged['event']): Promise<void> {
    await this.template.sendOrderly(topics.changed, { orderId, event }, orderId, { keys: orderId });
  }

  private async byKey(idempotencyKey: string): Promise<OrderRow | undefined> {
    const [order] = await this.database.queries.select().from(orders).where(eq(orders.idempotencyKey, idempotencyKey));
    return order;
  }

  private async byId(id: string): Promise<OrderRow> {
    const [order] = await this.database.queries.select().from(orders).where(eq(orders.id, id));
    if (!order) throw new NotFoundException(`no order ${id}`);
    return order;
  }
}
