// A NestJS application with the name server and the broker inside, as `npm start` runs them, without the order service and its database.
// usage: node bench/embedded-host.mjs <namesrv.conf> <broker.conf>
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EmbeddedRocketMQ, EmbeddedRocketMQModule } from 'nest-rocketmq/embedded';
import { RocketMQModule } from 'nest-rocketmq';
import { readFileSync } from 'node:fs';
import { brokerSettings } from 'rocketmq-core/broker';
import { namesrvSettings } from 'rocketmq-core/namesrv';

const [namesrvConf, brokerConf] = process.argv.slice(2);
const settings = (table, file) =>
  Object.fromEntries(
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split('=').map((part) => part.trim()))
      .filter(([key]) => Object.hasOwn(table, key))
      .map(([key, text]) => [key, table[key].parse(text)]),
  );

class Host {}
Module({
  imports: [
    EmbeddedRocketMQModule.forRoot({ namesrv: settings(namesrvSettings, namesrvConf), broker: settings(brokerSettings, brokerConf) }),
    RocketMQModule.forRootAsync({ inject: [EmbeddedRocketMQ], useFactory: ({ namesrvAddr }) => ({ namesrvAddr }) }),
  ],
})(Host);

const app = await NestFactory.create(Host, { logger: ['warn', 'error'] });
app.enableShutdownHooks(['SIGTERM', 'SIGINT']);
await app.init();
