import { Injectable, Module } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { MessageAttempt, Reject, Retry, RocketMQListener, RocketMQModule, RocketMQTemplate } from 'nest-rocketmq';

interface Mail {
  readonly to: string;
}

@Injectable()
export class Mails {
  readonly sent: string[] = [];

  constructor(private readonly template: RocketMQTemplate) {}

  // @RabbitSubscribe({ exchange: 'mail', routingKey: 'welcome', queue: 'mail-welcome' })
  @RocketMQListener({ topic: 'mail', selector: { tag: 'welcome' }, group: 'mail-welcome' })
  welcome(@Payload() mail: Mail, @MessageAttempt() attempt: number) {
    // return new Nack(): a dead letter
    if (mail.to === '') return Reject('no address');
    // return new Nack(true): once more, but not at once, and not for ever
    if (attempt === 1 && mail.to.endsWith('.test')) return Retry({ delayMs: 5000 });
    this.sent.push(mail.to);
    return undefined;
  }

  // @RabbitSubscribe({ name: 'digest' }) with `handlers` of the module
  @RocketMQListener('digest')
  digest(mail: Mail) {
    this.sent.push(mail.to);
  }

  // @RabbitRPC({ exchange: 'mail', routingKey: 'count', queue: 'mail-count' })
  @RocketMQListener({ topic: 'mail-count', group: 'mail-count' })
  count() {
    return this.sent.length;
  }

  // amqpConnection.publish('mail', 'welcome', mail), amqpConnection.request(...)
  async greet(mail: Mail): Promise<number> {
    await this.template.send('mail:welcome', mail);
    return this.template.sendAndReceive<object, number>('mail-count', {}, { timeoutMs: 5000 });
  }
}

@Module({
  imports: [
    // RabbitMQModule.forRootAsync({ uri, handlers, connectionInitOptions: { wait: false } })
    RocketMQModule.forRootAsync({
      useFactory: () => ({
        namesrvAddr: process.env.NAMESRV ?? '127.0.0.1:9876',
        startup: 'background' as const,
        listeners: { digest: { topic: 'mail', selector: { tag: 'digest' }, group: 'mail-digest' } },
      }),
    }),
  ],
  providers: [Mails],
})
export class MailModule {}
