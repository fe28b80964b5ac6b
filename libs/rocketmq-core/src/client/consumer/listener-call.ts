import { messageOf } from '../../base/index.js';
import type { Logger } from '../../runtime/index.js';
import { queueText } from '../message-queues.js';
import type { BatchListener, ReceivedMessage } from '../message-types.js';
import type { Batch } from './delivery-lanes.js';
import { DeliveryContext, type DeliveryRun } from './delivery-run.js';
import type { HeldMessage } from './process-queue.js';
import { messageIdOf, receivedMessage } from '../received-message.js';
import { type Verdict, verdictsOf } from './verdicts.js';

export interface ListenerCallParts {
  readonly group: string;
  readonly listener: BatchListener;
  readonly logger: Logger;
}

export type Outcome = readonly [held: HeldMessage, verdict: Verdict];

/**
 * Calls the listener with the messages of a run. Never throws: a listener that fails, and a message that cannot be read, are a `retry`.
 * @returns an outcome for each message, in their order
 */
export async function callListener(parts: ListenerCallParts, run: DeliveryRun): Promise<Outcome[]> {
  const [readable, received, unreadable] = read(run.batch, parts.logger);
  const [first] = received;
  const called = first === undefined ? [] : await outcomesOf(parts, run, { readable, received, first });
  if (unreadable.length === 0) return called;
  const results = new Map(called);
  return run.batch.held.map((held): Outcome => [held, results.has(held) ? results.get(held) : { retry: true }]);
}

interface Readable {
  readonly readable: readonly HeldMessage[];
  readonly received: readonly ReceivedMessage[];
  readonly first: ReceivedMessage;
}

async function outcomesOf({ group, listener, logger }: ListenerCallParts, run: DeliveryRun, given: Readable): Promise<Outcome[]> {
  const { readable, received, first } = given;
  const { queue } = run.batch.processQueue;
  const context = new DeliveryContext(group, queue, first.reconsumeTimes + 1, run);
  try {
    const result = await listener(received, context);
    const verdicts = verdictsOf(result, readable.length);
    return readable.map((held, at): Outcome => [held, verdicts[at]]);
  } catch (error) {
    logger.log('warn', 'a listener failed', {
      group,
      queue: queueText(queue),
      messageId: first.messageId,
      attempt: context.attempt,
      error: messageOf(error),
    });
    return readable.map((held): Outcome => [held, { retry: true }]);
  }
}

function read(
  { held, processQueue }: Batch,
  logger: Logger,
): [readable: HeldMessage[], received: ReceivedMessage[], unreadable: HeldMessage[]] {
  const readable: HeldMessage[] = [];
  const received: ReceivedMessage[] = [];
  const unreadable: HeldMessage[] = [];
  for (const one of held) {
    try {
      received.push(receivedMessage(one, processQueue.queue));
      readable.push(one);
    } catch (error) {
      unreadable.push(one);
      const about = { messageId: messageIdOf(one.message), queue: queueText(processQueue.queue) };
      logger.log('error', 'a message cannot be read', { ...about, error: messageOf(error) });
    }
  }
  return [readable, received, unreadable];
}
