import { Test } from '@nestjs/testing';
import { RocketMQConnection, RocketMQServer, RocketMQTemplate } from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';
import { OrderPaidListener } from './order-paid.listener.js';

describe('OrderPaidListener', () => {
  it('consumes what is sent to its topic', async () => {
    const module = await Test.createTestingModule({
      imports: [RocketMQTestingModule.forRoot({ topics: ['order-paid'] })],
      controllers: [OrderPaidListener],
    }).compile();
    const app = module.createNestApplication();
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    await app.startAllMicroservices();
    await app.init();
    const fates: string[] = [];
    app.get(RocketMQConnection).observers.add({ ended: ({ fate }) => void fates.push(fate) });

    await app.get(RocketMQTemplate).send('order-paid', { id: 1 });
    await app.get<RocketMQTesting>(RocketMQTesting).drain();
    expect(fates).toEqual(['consumed']);

    await app.close();
  });
});
