import { Module } from '@nestjs/common';
import { OrderPlacedListener } from './order-placed.listener.js';
import { OrdersController } from './orders.controller.js';
import { OrdersTopic } from './orders-topic.js';
import { OrdersService } from './orders.service.js';

@Module({ controllers: [OrdersController], providers: [OrdersTopic, OrdersService, OrderPlacedListener] })
export class OrdersModule {}
