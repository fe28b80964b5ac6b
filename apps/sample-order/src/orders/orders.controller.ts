import { Body, Controller, Get, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { orderRequest, type OrderRequest } from './order.js';
import { OrdersService } from './orders.service.js';
import { ZodPipe } from './zod.pipe.js';

@Controller('orders')
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @Post()
  place(@Body(new ZodPipe(orderRequest)) request: OrderRequest, @Headers('Idempotency-Key') idempotencyKey?: string) {
    return this.orders.place(request, idempotencyKey ?? randomUUID());
  }

  @Post(':id/pay')
  @HttpCode(204)
  pay(@Param('id') id: string) {
    return this.orders.pay(id);
  }

  @Get(':id/history')
  history(@Param('id') id: string) {
    return this.orders.history(id);
  }

  @Get(':id')
  find(@Param('id') id: string) {
    return this.orders.find(id);
  }
}
