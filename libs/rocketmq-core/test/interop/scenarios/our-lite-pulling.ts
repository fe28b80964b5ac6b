import type { ClientInstance, LitePullConsumer, MessageQueue } from '../../../src/client/index.js';
import { seenOf } from './our-shapes.js';
import type { LitePulling, LitePullPlan, Seen } from './party.js';
import { pollAll } from './poll-all.js';

export async function ourLitePulling(plan: LitePullPlan, client: ClientInstance): Promise<LitePulling> {
  const { topic, from = 'first', autoCommit = true, expression = '*' } = plan;
  const consumer = client.litePullConsumer({
    group: plan.group,
    autoCommit,
    autoCommitIntervalMs: 1000,
    consumeFromWhere: from === 'first' ? 'CONSUME_FROM_FIRST_OFFSET' : 'CONSUME_FROM_LAST_OFFSET',
  });
  await consumer.start();
  const queues = async (ids: readonly number[]): Promise<MessageQueue[]> => {
    const all = await consumer.fetchMessageQueues(topic);
    return all.filter(({ queueId }) => ids.includes(queueId));
  };
  const queue = async (id: number): Promise<MessageQueue> => {
    const [found] = await queues([id]);
    if (found === undefined) throw new Error(`no queue ${id} of ${topic}`);
    return found;
  };
  if (plan.assign === undefined) await consumer.subscribe(topic, expression);
  else await consumer.assign(await queues(plan.assign));
  const poll = async (timeoutMs = 1000): Promise<readonly Seen[]> => (await consumer.poll(timeoutMs)).map(seenOf);
  return {
    poll,
    pollAll: (count) => pollAll(poll, count),
    seek: async (queueId, to) => seek(consumer, await queue(queueId), to),
    pause: async (ids) => consumer.pause(await queues(ids)),
    resume: async (ids) => consumer.resume(await queues(ids)),
    commit: () => consumer.commit(),
    committed: async (queueId) => (await consumer.committed(await queue(queueId))) ?? -1,
    queues: async () => (await consumer.fetchMessageQueues(topic)).map(({ queueId }) => queueId).sort((a, b) => a - b),
    offsetForTimestamp: async (queueId, timestamp) => consumer.offsetForTimestamp(await queue(queueId), timestamp),
    stop: () => consumer.shutdown(),
  };
}

function seek(consumer: LitePullConsumer, queue: MessageQueue, to: number | 'begin' | 'end'): Promise<void> {
  if (to === 'begin') return consumer.seekToBegin(queue);
  return to === 'end' ? consumer.seekToEnd(queue) : consumer.seek(queue, to);
}
