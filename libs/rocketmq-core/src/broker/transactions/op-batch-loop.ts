import { OperationFailed } from '../../base/index.js';
import type { HostAddress } from '../../protocol/index.js';
import { Loop, SerialQueue, type Clock, type Logger } from '../../runtime/index.js';
import { isAccepted } from '../sending/append-reply.js';
import type { MessageWriter } from '../writing/message-writer.js';
import { opDraft, opSize } from './op-message.js';

export interface OpBatchLoopOptions {
  readonly writer: Pick<MessageWriter, 'append'>;
  readonly storeHost: () => HostAddress;
  readonly clock: Clock;
  readonly logger: Logger;
  /** transactionOpBatchInterval. */
  readonly periodMs: number;
  /** transactionOpMsgMaxSize: a batch of this many bytes is written at once. */
  readonly sizeMax: number;
}

/**
 * Writes which halves are done with, many in one message: when a batch is full, when the period has passed, and at the end. What could not be
 * written stays for the next time; what a crash takes is asked again. As Java: TransactionalOpBatchService.
 */
export class OpBatchLoop {
  private waiting: number[] = [];
  private waitingSize = 0;
  private readonly writes = new SerialQueue();
  private readonly loop: Loop;

  constructor(private readonly options: OpBatchLoopOptions) {
    const { clock, logger, periodMs } = options;
    this.loop = new Loop({ name: 'writing of op messages', clock, logger, periodMs, run: () => this.flush() });
  }

  /** Halves whose op is not written yet. */
  get pending(): number {
    return this.waiting.length;
  }

  start(): void {
    this.loop.start();
  }

  /** Writes what waits. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.flush();
  }

  add(queueOffset: number): void {
    this.waiting.push(queueOffset);
    this.waitingSize += opSize(queueOffset);
    if (this.waitingSize >= this.options.sizeMax) this.loop.kick();
  }

  /** @throws OperationFailed `io` when the store refuses; nothing is forgotten */
  flush(): Promise<void> {
    return this.writes.run(async () => {
      while (this.waiting.length > 0) await this.writeOne();
    });
  }

  private async writeOne(): Promise<void> {
    const { writer, clock, storeHost } = this.options;
    const offsets = this.take();
    const outcome = await writer.append(opDraft(offsets, { nowMs: clock.now(), storeHost: storeHost() }));
    if (isAccepted(outcome)) return;
    this.waiting = [...offsets, ...this.waiting];
    this.waitingSize += sizeOf(offsets);
    throw new OperationFailed('io', `op messages cannot be written: ${outcome.reason}`);
  }

  private take(): number[] {
    let count = 0;
    let size = 0;
    for (; count < this.waiting.length && size < this.options.sizeMax; count += 1) size += opSize(this.waiting[count] ?? 0);
    const taken = this.waiting.slice(0, count);
    this.waiting = this.waiting.slice(count);
    this.waitingSize -= size;
    return taken;
  }
}

const sizeOf = (offsets: readonly number[]) => offsets.reduce((sum, offset) => sum + opSize(offset), 0);
