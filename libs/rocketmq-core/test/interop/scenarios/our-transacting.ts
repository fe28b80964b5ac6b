import type { ClientInstance, TransactionListener } from '../../../src/client/index.js';
import { dealt, numberOf, sentOf } from './our-shapes.js';
import type { Outcome, Sent, Transacting, TransactPlan } from './party.js';
import { answerTimeoutMs } from './short-settings.js';
import { WatchedList } from './watched-list.js';

export async function ourTransacting(plan: TransactPlan, client: ClientInstance): Promise<Transacting> {
  const { checks = ['commit'] } = plan;
  const list = new WatchedList<string>(`checks of ${plan.topic}`);
  const scripted: TransactionListener = {
    executeLocalTransaction: ({ keys }): Outcome => dealt(plan.outcomes, numberOf(String(keys))) ?? 'unknown',
    checkLocalTransaction: ({ keys }): Outcome => {
      const key = keys.join(' ');
      list.add(key);
      const times = list.items.filter((one) => one === key).length;
      return checks[Math.min(times, checks.length) - 1] ?? 'commit';
    },
  };
  const producer = client.transactionProducer({
    group: plan.group,
    listeners: { scripted },
    topics: [plan.topic],
    sendMsgTimeoutMs: answerTimeoutMs,
  });
  await producer.start();
  const sent: Sent[] = [];
  for (let number = 0; number < plan.count; number++) {
    const key = `${plan.prefix}-${number}`;
    const message = { topic: plan.topic, body: key, keys: key, tags: dealt(plan.tags, number) };
    sent.push(sentOf(key, await producer.sendInTransaction(message, undefined)));
  }
  return {
    sent,
    checked: list.items,
    until: (what, holds, timeoutMs) => list.until(what, holds, timeoutMs),
    stop: () => producer.shutdown(),
  };
}
