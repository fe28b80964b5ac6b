import { defineTopics } from 'nest-rocketmq';
import { z } from 'zod';

export const orderRequest = z.strictObject({
  customer: z.string().min(1).max(100),
  sku: z.string().min(1).max(100),
  quantity: z.number().int().min(1).max(1000),
});

export type OrderRequest = z.infer<typeof orderRequest>;

const orderPlaced = z.object({ orderId: z.string(), customer: z.string(), sku: z.string(), quantity: z.number().int() });
const orderChanged = z.object({ orderId: z.string(), event: z.enum(['confirmed', 'paid', 'cancelled']) });
const orderNamed = z.object({ orderId: z.string() });

export type OrderPlaced = z.infer<typeof orderPlaced>;
export type OrderChanged = z.infer<typeof orderChanged>;
export type OrderNamed = z.infer<typeof orderNamed>;

/** The messages of this service, for those who send them and those who listen. A body that does not fit is a dead letter. */
export const topics = defineTopics({
  /** Sent in a transaction with the order itself. */
  placed: { topic: 'orders', tag: 'placed', payload: orderPlaced },
  /** Delayed: comes when the order should have been paid. */
  paymentDue: { topic: 'orders', tag: 'payment-due', payload: orderNamed },
  /** Ordered by order. */
  changed: { topic: 'order-events', payload: orderChanged },
  /** Retried while the carrier does not answer, and a dead letter when it refuses. */
  shipment: { topic: 'shipments', payload: orderNamed },
});

export const CONFIRMATION_GROUP = 'order-confirmation';
export const SHIPPING_GROUP = 'order-shipping';
