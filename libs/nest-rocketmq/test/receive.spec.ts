import 'reflect-metadata';
import { defineTopics, payloadOf, RocketMQTemplate } from '../src/index.js';
import { Cluster } from './listening.js';

const topics = defineTopics({ job: { topic: 'jobs', tag: 'go', payload: payloadOf<{ readonly id: number }>() } });

describe('template.receive', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster.stop());

  it('gives messages when it is asked for them; what was given counts as consumed with the next call', async () => {
    await cluster.createTopic('jobs', 1);
    const pull = { group: 'workers', consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET', pullBatchSize: 2, autoCommitIntervalMs: 1000 } as const;
    const app = await cluster.application([], { pull });
    const template = app.get(RocketMQTemplate);
    for (const id of [1, 2, 3]) await template.send(topics.job, { id }, { shardingKey: 'one' });
    await template.send('jobs:stop', { id: 4 });
    await cluster.send('jobs', ['no json'], { tags: 'go' });

    const ids: (number | undefined)[] = [];
    const undecodable: (string | undefined)[] = [];
    while (ids.length < 4) {
      for (const { payload, undecodable: error, message } of await template.receive(topics.job, { timeoutMs: 20_000 })) {
        ids.push(payload?.id);
        if (error) undecodable.push(message.body.toString());
      }
    }
    expect([ids, undecodable]).toEqual([[1, 2, 3, undefined], ['no json']]);
    expect(await template.receive(topics.job, { timeoutMs: 0 })).toEqual([]);
    await expect(template.receive('jobs')).rejects.toThrow('group workers receives from jobs:go: take another group for jobs:*');
    await app.close();

    const again = await cluster.application([], { pull });
    await again.get(RocketMQTemplate).send(topics.job, { id: 5 });
    const [next] = await again.get(RocketMQTemplate).receive(topics.job, { timeoutMs: 20_000 });
    expect(next?.payload).toEqual({ id: 5 });
    await again.close();
  });

  it('needs a group, and ends its waiting with a signal', async () => {
    await cluster.createTopic('others', 1);
    const app = await cluster.application([]);
    const template = app.get(RocketMQTemplate);
    await expect(template.receive('others')).rejects.toThrow('receive needs a group');
    const ending = new AbortController();
    const waiting = template.receive('others', { group: 'waiting', timeoutMs: 60_000, signal: ending.signal });
    ending.abort();
    await expect(waiting).rejects.toMatchObject({ reason: 'aborted' });
    await app.close();
  });
});
