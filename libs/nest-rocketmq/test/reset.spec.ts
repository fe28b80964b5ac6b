import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { rawCodec, RocketMQListener, RocketMQListenerRegistry } from '../src/index.js';
import { Arrivals, Cluster } from './listening.js';

describe('the position of a group', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster.stop());

  it('starts where it is told, and goes back to a time and to the first message', async () => {
    await cluster.createTopic('history', 1);
    await cluster.send('history', ['old']);
    const old = new Date();
    // Messages are found by the millisecond in which they were stored.
    while (Date.now() <= old.getTime()) await new Promise((resolve) => setImmediate(resolve));
    await cluster.send('history', ['new']);
    const between = new Date(old.getTime() + 1);

    const seen = new Arrivals<string>();
    @Injectable()
    class Reader {
      @RocketMQListener({ topic: 'history', group: 'reader', codec: rawCodec, consumeFrom: 'first' })
      read(@Payload() body: Buffer) {
        seen.add(body.toString());
      }
    }
    const app = await cluster.application([Reader]);
    expect(await seen.atLeast(2)).toEqual(['old', 'new']);
    const registry = app.get(RocketMQListenerRegistry);
    await registry.reset('reader', between);
    expect((await seen.atLeast(3)).slice(2)).toEqual(['new']);
    await registry.reset('Reader.read', 'first');
    expect((await seen.atLeast(5)).slice(3)).toEqual(['old', 'new']);
    await registry.stop('reader');
    await cluster.send('history', ['skipped']);
    await registry.reset('reader', 'last');
    await registry.start('reader');
    await cluster.send('history', ['after']);
    expect((await seen.atLeast(6)).at(-1)).toBe('after');
    await app.close();
  });
});
