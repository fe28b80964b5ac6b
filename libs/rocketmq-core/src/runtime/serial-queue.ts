/** Runs tasks one at a time, first in first out. A task that fails rejects its own promise and does not hold up the next. */
export class SerialQueue {
  private tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => T | Promise<T>): Promise<T> {
    const result = this.tail.then(task);
    this.tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when every task queued so far has ended. */
  async drained(): Promise<void> {
    await this.tail;
  }
}
