import { ConflictException, Injectable, NotFoundException } from '@nestjs/common';
import { and, eq, sql } from 'drizzle-orm';
import { RocketMQTemplate } from 'nest-rocketmq';
import { randomUUID } from 'node:crypto';
import { Database } from '../database/database.js';
import { orders, processedMessages } from '../database/schema.js';
import { CONFIRMATION_GROUP, ORDERS_TOPIC, type OrderPlaced, type OrderRequest } from './order.js';

type OrderRow = typeof orders.$inferSelect;

@Injectable()
export class OrdersService {
  constructor(
    private readonly database: Database,
    private readonly template: RocketMQTemplate,
  ) {}

  /**
   * Stores the order and publishes it. The same `idempotencyKey` gives the first answer again; if the first call died between the two steps, the
   * repeated one publishes. The consumer takes the order id as its key, so a message that is published twice confirms once.
   */
  async place(request: OrderRequest, idempotencyKey: string) {
    const order = await this.storeOnce(request, idempotencyKey);
    if (!order.published) await this.publish(order);
    return { id: order.id, customer: order.customer, sku: order.sku, quantity: order.quantity, status: 'PLACED' as const };
  }

  async find(id: string) {
    const [order] = await this.database.queries.select().from(orders).where(eq(orders.id, id));
    if (!order) throw new NotFoundException(`no order ${id}`);
    const { customer, sku, quantity, status, confirmations, createdAt } = order;
    return { id, customer, sku, quantity, status, confirmations, createdAt };
  }

  /** Does nothing for an order that is confirmed already: the key and the change are one transaction. */
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
  }

  private async storeOnce(request: OrderRequest, idempotencyKey: string): Promise<OrderRow> {
    const { queries } = this.database;
    const row = { id: randomUUID(), idempotencyKey, status: 'PLACED' as const, ...request };
    const [stored] = await queries.insert(orders).values(row).onConflictDoNothing({ target: orders.idempotencyKey }).returning();
    if (stored) return stored;
    const [earlier] = await queries.select().from(orders).where(eq(orders.idempotencyKey, idempotencyKey));
    const same = earlier?.customer === request.customer && earlier.sku === request.sku && earlier.quantity === request.quantity;
    if (!earlier || !same) throw new ConflictException('this Idempotency-Key was used for another order');
    return earlier;
  }

  private async publish({ id, customer, sku, quantity }: OrderRow): Promise<void> {
    const event: OrderPlaced = { orderId: id, customer, sku, quantity };
    await this.template.send(`${ORDERS_TOPIC}:placed`, event, { keys: id });
    await this.database.queries.update(orders).set({ published: true }).where(eq(orders.id, id));
  }
}
