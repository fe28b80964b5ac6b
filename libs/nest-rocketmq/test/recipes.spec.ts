import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freeListenPort } from 'rocketmq-core/testing';
import { RocketMQServer, RocketMQTemplate } from '../src/index.js';
import { RocketMQTesting } from '../testing/index.js';
import { Mails, MailModule } from './recipes/from-golevelup.js';
import { Payments as KafkaPayments, paymentsModule } from './recipes/from-kafka-transport.js';
import { AppModule as SpringModule, Orders } from './recipes/from-rocketmq-spring.js';
import { OrdersController, start } from './recipes/hybrid-app.js';
import { Bridge, clusters } from './recipes/several-clusters.js';
import { rejectsWhatIsNothing, sendsReceiptsAfterAMinute } from './recipes/tests.js';

const pages = join(import.meta.dirname, '../../../docs/nest/recipes');
const code = join(import.meta.dirname, 'recipes');
const block = /<!-- code: ([\w-]+\.ts) -->\n(?:\n```ts\n[\s\S]*?\n```\n)?/g;

describe('the recipes', () => {
  beforeAll(() => {
    Logger.overrideLogger(['fatal']);
  });

  // What the pages show is compiled, checked and run here.
  it.each(readdirSync(pages))('%s shows code that compiles', (page) => {
    const text = readFileSync(join(pages, page), 'utf8');
    let shown = 0;
    const expected = text.replace(block, (_all, file: string) => {
      shown += 1;
      return `<!-- code: ${file} -->\n\n\`\`\`ts\n${readFileSync(join(code, file), 'utf8')}\`\`\`\n`;
    });
    expect(shown).toBe(1);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(join(pages, page), expected);
    expect(readFileSync(join(pages, page), 'utf8')).toBe(expected);
  });

  it('run: HTTP and messages', async () => {
    const testing = await RocketMQTesting.start({ topics: ['orders'] });
    const port = await freeListenPort();
    const app = await start(testing.namesrvAddr, port);
    const body = JSON.stringify({ id: '1', total: 5 });
    const answer = await fetch(`http://127.0.0.1:${port}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(answer.status).toBe(201);
    await testing.drain();
    expect(app.get(OrdersController).billed).toEqual([{ id: '1', total: 5 }]);
    await app.close();
    await testing.stop();
  });

  it('run: several clusters', async () => {
    const topics = ['orders', 'orders-of-all-time', 'archive-questions'];
    const [main, archive] = [await RocketMQTesting.start({ topics }), await RocketMQTesting.start({ topics })];
    @Module({
      imports: clusters(main.namesrvAddr, archive.namesrvAddr),
      providers: [Bridge],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: ['fatal'], abortOnError: false });
    await app.get(RocketMQTemplate).send('orders', { id: '7' });
    expect((await archive.waitFor('orders-of-all-time')).keys).toEqual(['7']);
    expect(await main.published('orders-of-all-time')).toEqual([]);
    await app.close();
    await Promise.all([main.stop(), archive.stop()]);
  });

  it('run: tests', async () => {
    expect(await rejectsWhatIsNothing()).toBe(true);
    expect(await sendsReceiptsAfterAMinute()).toEqual({ before: 0, receipt: { id: 'p1' }, dead: 1 });
  });

  it('run: from the Kafka transport', async () => {
    const testing = await RocketMQTesting.start({ topics: ['payments', 'fees'] });
    const app = await NestFactory.create(paymentsModule(testing.namesrvAddr), { logger: ['fatal'], abortOnError: false });
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    await app.startAllMicroservices();
    await app.init();
    expect(await app.get(KafkaPayments).pay({ id: 'p' })).toEqual({ cents: 30 });
    await testing.drain();
    await app.close();
    await testing.stop();
  });

  it('run: from golevelup', async () => {
    const testing = await RocketMQTesting.start({ topics: ['mail', 'mail-count'] });
    process.env.NAMESRV = testing.namesrvAddr;
    const app = await NestFactory.createApplicationContext(MailModule, { logger: ['fatal'], abortOnError: false });
    const mails = app.get(Mails);
    expect(await mails.greet({ to: 'ada@example.org' })).toBeGreaterThanOrEqual(0);
    await testing.drain();
    expect(mails.sent).toEqual(['ada@example.org']);
    await app.close();
    await testing.stop();
  });

  it('are whole: the module of the one from rocketmq-spring has its template', () => {
    expect(Reflect.getMetadata('providers', SpringModule)).toContain(Orders);
  });
});
