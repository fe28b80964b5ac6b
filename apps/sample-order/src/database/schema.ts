import { bigserial, integer, pgTable, primaryKey, text, timestamp, unique } from 'drizzle-orm/pg-core';

export const orders = pgTable('orders', {
  id: text('id').primaryKey(),
  idempotencyKey: text('idempotency_key').notNull().unique(),
  customer: text('customer').notNull(),
  sku: text('sku').notNull(),
  quantity: integer('quantity').notNull(),
  status: text('status', { enum: ['PLACED', 'CONFIRMED', 'PAID', 'CANCELLED'] }).notNull(),
  /** How often a message confirmed the order. Stays at 1 however often the message is delivered. */
  confirmations: integer('confirmations').notNull().default(0),
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
});

/** What happened to an order, in the order in which it happened. */
export const orderHistory = pgTable(
  'order_history',
  {
    position: bigserial('position', { mode: 'number' }).primaryKey(),
    orderId: text('order_id').notNull(),
    event: text('event').notNull(),
  },
  (table) => [unique().on(table.orderId, table.event)],
);

/** Which messages a consumer group has done. Written in the transaction of the work itself, so that both happen or none. */
export const processedMessages = pgTable(
  'processed_messages',
  {
    consumerGroup: text('consumer_group').notNull(),
    messageKey: text('message_key').notNull(),
    processedAt: timestamp('processed_at', { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.consumerGroup, table.messageKey] })],
);

export const CREATE_TABLES = `
  CREATE TABLE IF NOT EXISTS orders (
    id text PRIMARY KEY,
    idempotency_key text NOT NULL UNIQUE,
    customer text NOT NULL,
    sku text NOT NULL,
    quantity integer NOT NULL,
    status text NOT NULL,
    confirmations integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE IF NOT EXISTS order_history (
    position bigserial PRIMARY KEY,
    order_id text NOT NULL,
    event text NOT NULL,
    UNIQUE (order_id, event)
  );
  CREATE TABLE IF NOT EXISTS processed_messages (
    consumer_group text NOT NULL,
    message_key text NOT NULL,
    processed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (consumer_group, message_key)
  );
`;
