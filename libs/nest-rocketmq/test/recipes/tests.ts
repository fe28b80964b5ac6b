import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { isOutcome, Reject, RocketMQDeadLetters, RocketMQListener, RocketMQModule, RocketMQTemplate } from 'nest-rocketmq';
import { RocketMQTesting } from 'nest-rocketmq/testing';

interface Payment {
  readonly id: string;
  readonly cents: number;
}

@Injectable()
export class Payments {
  readonly booked: string[] = [];

  constructor(private readonly template: RocketMQTemplate) {}

  @RocketMQListener({ topic: 'payments', group: 'booking' })
  async book({ id, cents }: Payment) {
    if (cents <= 0) return Reject(`${cents} cents cannot be booked`);
    this.booked.push(id);
    return this.template.send('receipts', { id }, { delayMs: 60_000 });
  }
}

/** An application module that is tested as it is: only its name servers are others. */
@Module({
  imports: [RocketMQModule.forRootAsync({ useFactory: () => ({ namesrvAddr: process.env.NAMESRV ?? '127.0.0.1:9876' }) })],
  providers: [Payments],
})
export class AppModule {}

/** Without a broker: a listener is a method. */
export async function rejectsWhatIsNothing() {
  const template = { send: () => Promise.resolve(undefined) } as unknown as RocketMQTemplate;
  const outcome = await new Payments(template).book({ id: 'p', cents: 0 });
  return isOutcome(outcome) && outcome.kind === 'reject';
}

/** With a broker, whose time is moved. */
export async function sendsReceiptsAfterAMinute() {
  const testing = await RocketMQTesting.start({ topics: ['payments', 'receipts'] });
  process.env.NAMESRV = testing.namesrvAddr;
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = await module.init();
  const template = app.get(RocketMQTemplate);
  await template.send('payments', { id: 'p1', cents: 100 });
  await template.send('payments', { id: 'p2', cents: -1 });
  await testing.waitFor('%DLQ%booking');
  await testing.drain();
  const before = (await testing.published('receipts')).length;
  await testing.advance(62_000);
  const receipt = await testing.waitFor('receipts');
  const [dead] = await app.get(RocketMQDeadLetters).list();
  await app.close();
  await testing.stop();
  return { before, receipt: receipt.payload, dead: dead?.messages };
}
