import { Test } from '@nestjs/testing';
import { RocketMQTemplate } from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';
import { OrderSignedTransactionListener } from './order-signed.transaction-listener.js';

describe('OrderSignedTransactionListener', () => {
  it('commits the message with its local transaction', async () => {
    const module = await Test.createTestingModule({
      imports: [RocketMQTestingModule.forRoot({ topics: ['order-signed'] })],
      providers: [OrderSignedTransactionListener],
    }).compile();
    const app = await module.init();

    await app.get(RocketMQTemplate).sendInTransaction({ destination: 'order-signed', payload: { id: 1 } });
    const message = await app.get<RocketMQTesting>(RocketMQTesting).waitFor('order-signed');
    expect(message.payload).toEqual({ id: 1 });

    await app.close();
  });
});
