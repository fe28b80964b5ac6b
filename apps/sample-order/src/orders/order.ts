import { z } from 'zod';

export const orderRequest = z.strictObject({
  customer: z.string().min(1).max(100),
  sku: z.string().min(1).max(100),
  quantity: z.number().int().min(1).max(1000),
});

export type OrderRequest = z.infer<typeof orderRequest>;

/** The body of the message that says an order was placed. */
export const orderPlaced = z.object({ orderId: z.string(), customer: z.string(), sku: z.string(), quantity: z.number().int() });

export type OrderPlaced = z.infer<typeof orderPlaced>;

export const ORDERS_TOPIC = 'orders';
export const CONFIRMATION_GROUP = 'order-confirmation';
