import { Module, type DynamicModule } from '@nestjs/common';
import type { Settings } from '../settings.js';
import { OrderHistoryListener } from './order-history.listener.js';
import { OrderListeners } from './order-listeners.js';
import { OrderTransactionListener } from './order-transaction.listener.js';
import { OrdersController } from './orders.controller.js';
import { OrdersService, PAYMENT_TIMEOUT_MS } from './orders.service.js';
import { Carrier, ShippingListener } from './shipping.js';

@Module({})
export class OrdersModule {
  static forRoot({ PAYMENT_TIMEOUT_S }: Settings): DynamicModule {
    return {
      module: OrdersModule,
      controllers: [OrdersController],
      providers: [
        { provide: PAYMENT_TIMEOUT_MS, useValue: PAYMENT_TIMEOUT_S * 1000 },
        ...[OrdersService, OrderListeners, OrderTransactionListener, OrderHistoryListener],
        ...[Carrier, ShippingListener],
      ],
    };
  }
}
