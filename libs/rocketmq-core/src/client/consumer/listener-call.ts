import { messageOf } from '../../base/index.js';
import type { Logger } from '../../runtime/index.js';
import { queueText } from '../message-queues.js';
import type { BatchListener, BatchResult, ReceivedMessage } from '../message-types.js';
import { messageIdOf, receivedMessage } from '../received-message.js';
import type { ConsumeFigures } from './consume-figures.js';
import { DeliveryContext, type DeliveryRun } from './delivery-run.js';
import type { HeldMessage } from './process-queue.js';
import { type Verdict, type Verdicts, verdictsOf } from './verdicts.js';

export interface ListenerCallParts {
  readonly group: string;
  readonly listener: BatchListener;
  readonly figures: Pick<ConsumeFigures, 'called'>;
  readonly logger: Logger;
}

const RETRY: Verdict = { retry: true };

/** What a listener is given: the readable messages of a run. */
interface Given {
  readonly run: DeliveryRun;
  readonly received: readonly ReceivedMessage[];
  /** Nearly always undefined: there are none. */
  readonly unreadable: ReadonlySet<HeldMessage> | undefined;
}

// By its method: a promise may come from another realm.
const isPromise = (result: ReturnType<BatchListener>): result is Promise<BatchResult> =>
  typeof (result as { then?: unknown } | undefined)?.then === 'function';

/**
 * Calls the listener with the messages of a run. Neither throws nor rejects: a listener that fails, and a message that cannot be read, are a `retry`.
 * @returns at once what a listener said at once: most of them are called very often, and a promise costs more than all else here
 */
export function callListener(parts: ListenerCallParts, run: DeliveryRun): Verdicts | Promise<Verdicts> {
  const given = read(run, parts.logger);
  const [first] = given.received;
  if (first === undefined) return run.held.map(() => RETRY);
  const context = new DeliveryContext(parts.group, run.processQueue.queue, first.reconsumeTimes + 1, run);
  try {
    const result = parts.listener(given.received, context);
    if (!isPromise(result)) return ended(parts, given, result);
    return Promise.resolve(result).then(
      (late) => ended(parts, given, late),
      (error: unknown) => failed(parts, given, error),
    );
  } catch (error) {
    return failed(parts, given, error);
  }
}

function ended(parts: ListenerCallParts, given: Given, result: BatchResult): Verdicts {
  try {
    return concluded(parts, given, verdictsOf(result, given.received.length));
  } catch (error) {
    return failed(parts, given, error);
  }
}

function failed(parts: ListenerCallParts, given: Given, error: unknown): Verdicts {
  const { group, logger } = parts;
  const [first] = given.received;
  logger.log('warn', 'a listener failed', {
    group,
    queue: queueText(given.run.processQueue.queue),
    messageId: first?.messageId,
    attempt: (first?.reconsumeTimes ?? 0) + 1,
    error: messageOf(error),
  });
  return concluded(
    parts,
    given,
    given.received.map(() => RETRY),
  );
}

function concluded({ figures }: ListenerCallParts, { run, received, unreadable }: Given, verdicts: Verdicts): Verdicts {
  const failures = verdicts === undefined ? 0 : verdicts.filter((verdict) => verdict !== undefined).length;
  figures.called(run.processQueue.queue, run.startedMs, received.length - failures, failures);
  if (unreadable === undefined) return verdicts;
  let at = 0;
  return run.held.map((held) => (unreadable.has(held) ? RETRY : verdicts?.[at++]));
}

function read(run: DeliveryRun, logger: Logger): Given {
  const { held, processQueue } = run;
  const received: ReceivedMessage[] = [];
  let unreadable: Set<HeldMessage> | undefined;
  for (const one of held) {
    try {
      received.push(receivedMessage(one, processQueue.queue));
    } catch (error) {
      (unreadable ??= new Set()).add(one);
      const about = { messageId: messageIdOf(one.message), queue: queueText(processQueue.queue) };
      logger.log('error', 'a message cannot be read', { ...about, error: messageOf(error) });
    }
  }
  return { run, received, unreadable };
}
