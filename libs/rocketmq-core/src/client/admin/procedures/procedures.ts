import { doubleQueues } from './double-queues.js';
import { drain, type DrainOptions } from './drain.js';
import { shrink, type ShrinkOptions } from './shrink.js';
import type { ProcedureParts } from './procedure-parts.js';
import type { ProcedureOptions } from './waiting.js';

/**
 * Changes of a running cluster that take several steps and have to wait in between. Each resolves when its last step is done, and throws
 * InvalidInput, CallRefused and OperationFailed; after an error or an abort it may be begun again.
 */
export class Procedures {
  constructor(private readonly parts: ProcedureParts) {}

  /** Takes queues from a topic without losing a message. Keys move to other queues: their order holds only among what is sent afterwards. */
  shrink(topic: string, options: ShrinkOptions): Promise<void> {
    return shrink(this.parts, topic, options);
  }

  /** Doubles the queues of a topic while it is written to, and keeps the order of every key. */
  doubleQueues(topic: string, options: ProcedureOptions = {}): Promise<void> {
    return doubleQueues(this.parts, topic, options);
  }

  /** Empties a broker, so that it can be stopped. */
  drain(brokerName: string, options: DrainOptions = {}): Promise<void> {
    return drain(this.parts, brokerName, options);
  }
}
