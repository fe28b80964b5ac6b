import { Test } from '@nestjs/testing';
import { RocketMQConnection, RocketMQTemplate } from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';
import { OrderShippedListener } from './order-shipped.listener.js';

describe('OrderShippedListener', () => {
  it('consumes what is sent to its topic', async () => {
    const module = await Test.createTestingModule({
      imports: [RocketMQTestingModule.forRoot({ topics: ['order-shipped'] })],
      providers: [OrderShippedListener],
    }).compile();
    const app = await module.init();
    const fates: string[] = [];
    app.get(RocketMQConnection).observers.add({ ended: ({ fate }) => void fates.push(fate) });

    await app.get(RocketMQTemplate).send('order-shipped', { id: 1 });
    await app.get<RocketMQTesting>(RocketMQTesting).drain();
    expect(fates).toEqual(['consumed']);

    await app.close();
  });
});
