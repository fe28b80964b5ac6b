import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import * as api from '@opentelemetry/api';
import * as prometheus from 'prom-client';
import { eventually } from 'rocketmq-core/testing';
import { RocketMQHealthIndicator, RocketMQHealthModule } from '../src/health/index.js';
import { RocketMQMetricsModule } from '../src/metrics/index.js';
import {
  MessageProperties,
  type TracingApi,
  rawCodec,
  RocketMQConnection,
  RocketMQListener,
  RocketMQListenerRegistry,
  RocketMQTemplate,
  Reject,
  Retry,
} from '../src/index.js';
import { Arrivals, Cluster } from './listening.js';
import { RecordedTracing } from './recorded-tracing.js';

const raw = { codec: rawCodec, consumeFrom: 'first' } as const;

describe('an application in operation', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ messageDelayLevel: '1s 1s 1s 1s' });
  });
  afterAll(() => cluster.stop());

  it('is up, degraded when it is behind, and down when it ends, for terminus', async () => {
    await cluster.createTopic('healthy');
    const seen = new Arrivals<string>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...raw, topic: 'healthy', group: 'healthy', consumer: { persistConsumerOffsetIntervalMs: 50 } })
      take(@Payload() body: Buffer) {
        seen.add(body.toString());
      }
    }
    const app = await cluster.application([Listener], {}, [
      TerminusModule.forRoot({ logger: false }),
      RocketMQHealthModule.register({ lagMax: 1 }),
    ]);
    const indicator = app.get(RocketMQHealthIndicator);
    const health = app.get(HealthCheckService);
    const check = () => health.check([() => indicator.check()]);
    expect(await check()).toMatchObject({ status: 'ok', details: { rocketmq: { status: 'up', lag: { healthy: 0 } } } });

    const registry = app.get(RocketMQListenerRegistry);
    await registry.pause('healthy');
    await cluster.send('healthy', ['1', '2']);
    await eventually(
      'degraded',
      () => indicator.check('mq'),
      ({ mq }) => mq.status === 'degraded',
    );
    expect(await check()).toMatchObject({ status: 'degraded', details: { rocketmq: { lag: { healthy: 2 } } } });
    await registry.resume('healthy');
    await eventually(
      'up again',
      () => indicator.check('mq'),
      ({ mq }) => mq.status === 'up',
    );
    await app.close();
    expect(await indicator.check()).toEqual({ rocketmq: { status: 'down', state: 'stopped' } });
  });

  it('is down when its name servers do not answer in time', async () => {
    const connection = new RocketMQConnection('default', { namesrvAddr: cluster.embedded.namesrvAddr });
    connection.probe = () => Promise.resolve();
    const registry = { list: () => [] } as unknown as RocketMQListenerRegistry;
    const indicator = new RocketMQHealthIndicator(connection, registry, { timeoutMs: 20 });
    expect(await indicator.check()).toEqual({ rocketmq: { status: 'down', state: 'created' } });
    connection.status.become('connected');
    expect(await indicator.check()).toEqual({ rocketmq: { status: 'up' } });
    connection.probe = () => new Promise(() => undefined);
    expect(await indicator.check()).toEqual({ rocketmq: { status: 'down', state: 'connected', error: 'no answer within 20 ms' } });
    connection.status.become('crashed', new Error('why'));
    expect(await indicator.check()).toEqual({ rocketmq: { status: 'down', state: 'crashed', error: 'why' } });
    await connection.close();
  });

  it('counts for Prometheus', async () => {
    await cluster.createTopic('counted', 1);
    const seen = new Arrivals<string>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...raw, topic: 'counted', group: 'counted', concurrency: 1 })
      take(@Payload() body: Buffer) {
        seen.add(body.toString());
        if (body.toString() === 'retry' && seen.items.filter((one) => one === 'retry').length === 1) return Retry({ delayLevel: 1 });
        return body.toString() === 'reject' ? Reject() : undefined;
      }
    }
    const register = new prometheus.Registry();
    const app = await cluster.application([Listener], {}, [RocketMQMetricsModule.register({ prometheus, register })]);
    await cluster.send('counted', ['ok', 'retry', 'reject', 'ok']);
    await seen.atLeast(5);
    const labels = 'connection="default",group="counted",listener="Listener.take"';
    const lines = (
      await eventually(
        'the last one',
        () => register.metrics(),
        (text) => text.includes(`_count{${labels}} 5`),
      )
    ).split('\n');
    const counted = (end: string, fate: string, count: number) =>
      expect(lines).toContain(`rocketmq_listener_messages_total{${labels},topic="counted",fate="${fate}",end="${end}"} ${count}`);
    counted('returned', 'consumed', 3);
    counted('returned Retry', 'retry', 1);
    counted('returned Reject', 'dead letter', 1);
    expect(lines).toContain('rocketmq_group_running{connection="default",group="counted"} 0');
    expect(lines.some((line) => line.startsWith('rocketmq_group_lag_messages{connection="default",group="counted"} '))).toBe(true);
    await app.close();
    expect(await register.metrics()).not.toContain('rocketmq_group_running{');
  });

  it('takes the API of OpenTelemetry as it is, and records nothing without an SDK', async () => {
    await cluster.createTopic('untraced');
    const seen = new Arrivals<string | undefined>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...raw, topic: 'untraced', group: 'untraced' })
      take(@MessageProperties('traceparent') trace: string | undefined) {
        seen.add(trace);
      }
    }
    const tracing: TracingApi = api;
    const app = await cluster.application([Listener], { tracing, codec: rawCodec });
    await app.get(RocketMQTemplate).send('untraced', 'x');
    expect(await seen.atLeast(1)).toEqual([undefined]);
    await app.close();
  });

  it('continues the trace of the sender in the listener', async () => {
    await cluster.createTopic('traced', 1);
    const tracing = new RecordedTracing();
    const traces = new Arrivals<string | undefined>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...raw, topic: 'traced', group: 'traced' })
      take(@Payload() body: Buffer) {
        traces.add(tracing.currentSpan());
        if (body.toString() === 'bad') throw new TypeError('bad');
      }
    }
    const app = await cluster.application([Listener], { tracing: tracing.api, codec: rawCodec, retry: { rejectOn: [TypeError] } });
    const template = app.get(RocketMQTemplate);
    await template.send('traced', 'good');
    await template.send('traced', 'bad', { tag: 't', keys: ['k'], properties: { own: '1' } });
    await traces.atLeast(2);
    await eventually(
      'the end of all spans',
      () => Promise.resolve(tracing.ended),
      (ended) => ended.length === 4,
    );
    const [first, second] = ['send traced', 'process traced'].map((name) => tracing.ended.filter((span) => span.name === name));
    expect(second?.map(({ parent }) => parent).sort()).toEqual(first?.map(({ id }) => id).sort());
    expect([...traces.items].sort()).toEqual(second?.map(({ id }) => id).sort());
    const failed = second?.find(({ status }) => status !== undefined);
    expect(failed).toMatchObject({
      status: { code: api.SpanStatusCode.ERROR, message: 'bad' },
      attributes: {
        ...{ 'messaging.system': 'rocketmq', 'messaging.operation.type': 'process', 'messaging.destination.name': 'traced' },
        ...{ 'messaging.consumer.group.name': 'traced', 'messaging.rocketmq.message.tag': 't', 'messaging.rocketmq.message.keys': ['k'] },
        'error.type': 'TypeError',
      },
    });
    await app.close();
  });
});
